package io.lucerna.eval;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * What a paired t-test of two sides can find (Cohen 1988, chapter 2; exact, by the noncentral
 * t-distribution).
 *
 * @param alpha the level of the test, in (0, 1)
 * @param power the share of studies in which it finds the change, in (alpha, 1)
 */
public record Power(double alpha, double power) {
  /** Level .05, power .8. */
  public static final Power USUAL = new Power(0.05, 0.8);

  /** Beyond so many standard deviations a density adds nothing to a double. */
  private static final double TAIL = 12;

  /** Even, for Simpson's rule. */
  private static final int STEPS = 4000;

  private static final double MOST = 1e6;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if they are not in their ranges
   */
  public Power {
    if (!(alpha > 0 && alpha < power && power < 1)) {
      throw new IllegalArgumentException(
          "level " + alpha + " and power " + power + ": not 0 < level < power < 1");
    }
  }

  /**
   * {@return the smallest mean change, in standard deviations of the change, that the test finds
   * with this power}
   *
   * @param topics the number of pairs, 2 or more
   * @throws IllegalArgumentException if there are fewer
   */
  public double detectable(int topics) {
    if (topics < 2) {
      throw new IllegalArgumentException(topics + " topics: a t-test takes two");
    }
    int freedom = topics - 1;
    double critical = TDistribution.of(freedom).inverseSurvivalProbability(alpha / 2);
    Nodes nodes = Nodes.of(freedom);
    double low = 0;
    double high = 1;
    while (found(critical, nodes, high) < power && high < MOST) {
      high *= 2;
    }
    double middle = high / 2;
    while (low < middle && middle < high) {
      if (found(critical, nodes, middle) < power) {
        low = middle;
      } else {
        high = middle;
      }
      middle = (low + high) / 2;
    }
    return high / Math.sqrt(topics);
  }

  /** The probability that the test statistic lies beyond the critical value on either side. */
  private static double found(double critical, Nodes nodes, double noncentrality) {
    NormalDistribution normal = NormalDistribution.of(0, 1);
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
      double s = nodes.s[i];
      double beyond =
          normal.survivalProbability(critical * s - noncentrality)
              + normal.cumulativeProbability(-critical * s - noncentrality);
      sum += nodes.weights[i] * beyond;
    }
    return sum * nodes.step / 3;
  }

  /**
   * Simpson's rule for the mean of a function of s, where f s s is chi-squared with f degrees of
   * freedom.
   */
  private record Nodes(double[] s, double[] weights, double step) {
    static Nodes of(int freedom) {
      ChiSquaredDistribution squares = ChiSquaredDistribution.of(freedom);
      double spread = TAIL / Math.sqrt(2.0 * freedom);
      double from = Math.max(0, 1 - spread);
      double step = (1 + spread - from) / STEPS;
      double[] all = new double[STEPS + 1];
      double[] weights = new double[STEPS + 1];
      for (int i = 0; i <= STEPS; i++) {
        double s = from + i * step;
        double weight = i == 0 || i == STEPS ? 1 : i % 2 == 0 ? 2 : 4;
        double density =
            s == 0 ? atZero(freedom) : 2 * freedom * s * squares.density(freedom * s * s);
        all[i] = s;
        weights[i] = weight * density;
      }
      return new Nodes(all, weights, step);
    }
  }

  /** The density of s at 0: that of half a normal distribution for one degree, else none. */
  private static double atZero(int freedom) {
    return freedom == 1 ? Math.sqrt(2 / Math.PI) : 0;
  }
}
