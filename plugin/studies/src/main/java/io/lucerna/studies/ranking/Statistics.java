package io.lucerna.studies.ranking;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Power;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * The statistics of one ranking against another by one measure, as all tables have them. What is
 * not defined is empty; docs/statistics.md says when.
 *
 * @param topics how many are compared
 * @param baseline mean over the topics of the ranking that is compared with
 * @param value mean of the other
 * @param change value minus baseline
 * @param relativeChange change over baseline
 * @param pT two-sided p of the paired t-test
 * @param pTAdjusted the same, corrected for all comparisons of its family
 * @param pRandomization p of random sign flips
 * @param pRandomizationAdjusted the same, corrected
 * @param dZ the mean change over its standard deviation
 * @param ciLower end of the bootstrap's 95% interval of the change
 * @param ciUpper end of it
 * @param wins topics with a higher value
 * @param ties topics with the same
 * @param losses topics with a lower one
 * @param pEquivalence p of two one-sided tests against the margin
 * @param detectableChange the mean change that the paired t-test, without correction, finds in 80%
 *     of studies of as many topics whose changes scatter as these do; empty if they do not scatter
 */
public record Statistics(
    int topics,
    double baseline,
    double value,
    double change,
    OptionalDouble relativeChange,
    OptionalDouble pT,
    OptionalDouble pTAdjusted,
    OptionalDouble pRandomization,
    OptionalDouble pRandomizationAdjusted,
    OptionalDouble dZ,
    OptionalDouble ciLower,
    OptionalDouble ciUpper,
    int wins,
    int ties,
    int losses,
    OptionalDouble pEquivalence,
    OptionalDouble detectableChange) {
  /** The level of all tests. */
  public static final double ALPHA = 0.05;

  /**
   * {@return the statistics of comparisons that are one family: their p-values are corrected
   * together}
   *
   * @param family comparisons with one baseline by one measure
   * @param correction what adjusts their p-values
   */
  public static List<Statistics> of(List<Comparison> family, Correction correction) {
    List<OptionalDouble> tTests = adjusted(family, correction, Comparison::tTest);
    List<OptionalDouble> flips = adjusted(family, correction, Comparison::randomization);
    Map<Integer, Double> detectable = new HashMap<>();
    List<Statistics> all = new ArrayList<>();
    for (int i = 0; i < family.size(); i++) {
      Comparison c = family.get(i);
      all.add(
          new Statistics(
              c.topics(),
              c.baseline(),
              c.treatment(),
              c.change(),
              c.relativeChange(),
              c.tTest(),
              tTests.get(i),
              c.randomization(),
              flips.get(i),
              c.effectSize(),
              c.lower(),
              c.upper(),
              c.wins(),
              c.ties(),
              c.losses(),
              c.equivalence(),
              detectable(c, detectable)));
    }
    return all;
  }

  /**
   * {@return the statistics of a comparison that belongs to no family: without adjusted p-values}
   *
   * @param comparison with the baseline of others
   */
  static Statistics untested(Comparison comparison) {
    Statistics all = of(List.of(comparison), Correction.NONE).getFirst();
    return new Statistics(
        all.topics,
        all.baseline,
        all.value,
        all.change,
        all.relativeChange,
        all.pT,
        OptionalDouble.empty(),
        all.pRandomization,
        OptionalDouble.empty(),
        all.dZ,
        all.ciLower,
        all.ciUpper,
        all.wins,
        all.ties,
        all.losses,
        all.pEquivalence,
        all.detectableChange);
  }

  /** What depends on the number of topics alone is worked out once for each. */
  private static OptionalDouble detectable(Comparison c, Map<Integer, Double> ofTopics) {
    return c.effectSize().isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            c.deviation().getAsDouble()
                * ofTopics.computeIfAbsent(c.topics(), Power.USUAL::detectable));
  }

  /**
   * {@return what a study of these topics could have found: the median of the detectable changes of
   * one measure; empty where none is defined}
   *
   * @param measured all comparisons by one measure
   */
  public static OptionalDouble detectable(List<Statistics> measured) {
    double[] sorted =
        measured.stream()
            .flatMapToDouble(one -> one.detectableChange().stream())
            .sorted()
            .toArray();
    int n = sorted.length;
    return n == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
  }

  private static List<OptionalDouble> adjusted(
      List<Comparison> family, Correction correction, Function<Comparison, OptionalDouble> p) {
    List<OptionalDouble> raw = family.stream().map(p).toList();
    double[] corrected =
        correction.adjust(raw.stream().flatMapToDouble(OptionalDouble::stream).toArray());
    List<OptionalDouble> adjusted = new ArrayList<>();
    int next = 0;
    for (OptionalDouble value : raw) {
      adjusted.add(value.isPresent() ? OptionalDouble.of(corrected[next++]) : value);
    }
    return adjusted;
  }

  /** {@return whether the corrected t-test says that the change is not 0} */
  public boolean significant() {
    return pTAdjusted.orElse(1) < ALPHA;
  }

  /** {@return whether the equivalence test says that the change is within the margin} */
  public boolean equivalent() {
    return pEquivalence.orElse(1) < ALPHA;
  }
}
