package io.lucerna.eval;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.TTest;

/**
 * Two runs compared on paired values of the same topics. Change is treatment minus baseline.
 *
 * <p>What is not defined is empty, never NaN: everything but the means and counts without topics;
 * t-test and effect size when there are fewer than two topics or when all topics change by the same
 * amount. If no topic changes at all, t-test and randomisation give 1: nothing speaks against "no
 * difference". Without variance the equivalence test is certain: 0 within the margin, else 1.
 *
 * @param topics the number of pairs
 * @param baseline the mean of the baseline; 0 without topics
 * @param treatment the mean of the treatment; 0 without topics
 * @param change the mean difference; 0 without topics
 * @param relativeChange change over the baseline's mean; empty if that is 0
 * @param tTest the two-sided p-value of the paired t-test (Student 1908)
 * @param randomization the two-sided p-value of the paired sign-flip test: (b + 1) / (n + 1) where
 *     b of n random assignments of signs give at least the observed absolute mean difference
 *     (Fisher 1935; Smucker, Allan and Carterette, CIKM 2007; Phipson and Smyth 2010 for the + 1)
 * @param deviation the sample standard deviation of the changes; empty for fewer than two topics
 * @param effectSize d_z, the mean difference over its standard deviation (Cohen 1988)
 * @param lower the lower end of the 95% percentile bootstrap interval of the mean difference (Efron
 *     and Tibshirani 1993, chapter 13); empty for fewer than two topics
 * @param upper the upper end of it
 * @param wins topics where the treatment is better by more than 1e-9
 * @param ties topics within 1e-9
 * @param losses topics where the baseline is better by more than 1e-9
 * @param equivalence the p-value of two one-sided t-tests that the mean difference lies within the
 *     margin of {@link Settings} (Schuirmann 1987): small is evidence of no harm, which a large
 *     p-value of the other tests is not; empty for fewer than two topics
 */
public record Comparison(
    int topics,
    double baseline,
    double treatment,
    double change,
    OptionalDouble relativeChange,
    OptionalDouble tTest,
    OptionalDouble randomization,
    OptionalDouble deviation,
    OptionalDouble effectSize,
    OptionalDouble lower,
    OptionalDouble upper,
    int wins,
    int ties,
    int losses,
    OptionalDouble equivalence) {

  /** Values of a measure that are no farther apart differ by rounding only. */
  public static final double TIE = 1e-9;

  /**
   * How to compare: {@link #DEFAULT}, changed step by step.
   *
   * @param seed of the randomisation test and the bootstrap: the same seed gives the same numbers
   * @param rounds of each of the two, 1 or more
   * @param margin the difference of means, above 0, that counts as no harm
   */
  public record Settings(long seed, int rounds, double margin) {
    /** Seed 42, 10,000 rounds, and a margin of 0.01. */
    public static final Settings DEFAULT = new Settings(42, 10_000, 0.01);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if {@code rounds} is less than 1, or {@code margin} not
     *     above 0 and finite
     */
    @Internal
    public Settings {
      if (rounds < 1) {
        throw new IllegalArgumentException("rounds " + rounds + " is not 1 or more");
      }
      if (!(margin > 0 && margin < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("margin " + margin + " is not above 0");
      }
    }

    /**
     * {@return these settings with another seed}
     *
     * @param other of the randomisation test and the bootstrap
     */
    public Settings withSeed(long other) {
      return new Settings(other, rounds, margin);
    }

    /**
     * {@return these settings with another number of rounds}
     *
     * @param number of the randomisation test and of the bootstrap
     * @throws IllegalArgumentException if it is less than 1
     */
    public Settings withRounds(int number) {
      return new Settings(seed, number, margin);
    }

    /**
     * {@return these settings with another margin}
     *
     * @param difference of means that counts as no harm
     * @throws IllegalArgumentException if it is not above 0 and finite
     */
    public Settings withMargin(double difference) {
      return new Settings(seed, rounds, difference);
    }
  }

  /**
   * Compares values of the same topics in the same order.
   *
   * @param baseline a measure's value for each topic
   * @param treatment the same measure's value for the same topics
   * @param settings how to compare
   * @return what is known of the difference
   * @throws IllegalArgumentException if the lengths differ or a value is not finite
   */
  public static Comparison of(double[] baseline, double[] treatment, Settings settings) {
    Given.value(baseline, "the baseline");
    Given.value(treatment, "the treatment");
    Given.value(settings, "the settings");
    double[] differences = differences(baseline, treatment);
    int n = differences.length;
    double base = mean(baseline);
    double change = mean(differences);
    double deviation = deviation(differences, change);
    boolean varies = n >= 2 && deviation > TIE;
    int ties = (int) Arrays.stream(differences).filter(d -> Math.abs(d) <= TIE).count();
    int wins = (int) Arrays.stream(differences).filter(d -> d > TIE).count();
    Resampling resampling = new Resampling(differences, settings.seed(), settings.rounds());
    return new Comparison(
        n,
        base,
        mean(treatment),
        change,
        when(base != 0, () -> change / base),
        n > 0 && ties == n
            ? OptionalDouble.of(1)
            : when(varies, () -> TTest.withDefaults().pairedTest(treatment, baseline).getPValue()),
        when(n > 0, resampling::signFlips),
        when(n >= 2, () -> deviation),
        when(varies, () -> change / deviation),
        when(n >= 2, resampling::lower),
        when(n >= 2, resampling::upper),
        wins,
        ties,
        n - wins - ties,
        varies
            ? OptionalDouble.of(equivalence(baseline, treatment, settings.margin()))
            : when(n >= 2, () -> Math.abs(change) < settings.margin() ? 0 : 1));
  }

  private static double equivalence(double[] baseline, double[] treatment, double margin) {
    TTest notBelow = TTest.withDefaults().with(AlternativeHypothesis.GREATER_THAN).withMu(-margin);
    TTest notAbove = TTest.withDefaults().with(AlternativeHypothesis.LESS_THAN).withMu(margin);
    return Math.max(
        notBelow.pairedTest(treatment, baseline).getPValue(),
        notAbove.pairedTest(treatment, baseline).getPValue());
  }

  private static OptionalDouble when(boolean defined, DoubleSupplier value) {
    return defined ? OptionalDouble.of(value.getAsDouble()) : OptionalDouble.empty();
  }

  private static double[] differences(double[] baseline, double[] treatment) {
    if (baseline.length != treatment.length) {
      throw new IllegalArgumentException(
          baseline.length + " values of the baseline, " + treatment.length + " of the treatment");
    }
    double[] differences = new double[baseline.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = treatment[i] - baseline[i];
      if (!Double.isFinite(differences[i])) {
        throw new IllegalArgumentException(
            "pair " + i + " is not finite: " + baseline[i] + " and " + treatment[i]);
      }
    }
    return differences;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  /** The sample standard deviation; 0 for fewer than two values. */
  private static double deviation(double[] values, double mean) {
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
  }
}
