package io.lucerna.eval;

import java.util.Arrays;

/**
 * A number with its interval. What is not defined is NaN.
 *
 * @param value the number; NaN without items
 * @param lower the lower end of the 95% bootstrap interval; NaN with fewer than five clusters
 * @param upper the upper end of it
 */
public record Estimate(double value, double lower, double upper) {
  /** The share of a bootstrap's rounds beyond each end of an interval. */
  private static final double TAIL = 0.025;

  /** A number with the 95% percentile interval of what a bootstrap drew, if it drew anything. */
  static Estimate of(double value, double[] drawn) {
    if (drawn.length == 0) {
      return new Estimate(value, Double.NaN, Double.NaN);
    }
    double[] sorted = drawn.clone();
    Arrays.sort(sorted);
    int tail = (int) (TAIL * sorted.length);
    return new Estimate(value, sorted[tail], sorted[sorted.length - 1 - tail]);
  }

  /** {@return whether there is an interval and it lies on one side of 0} */
  public boolean excludesZero() {
    return lower > 0 || upper < 0;
  }
}
