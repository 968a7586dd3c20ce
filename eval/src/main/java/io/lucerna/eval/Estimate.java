package io.lucerna.eval;

/**
 * A number with its interval. What is not defined is NaN.
 *
 * @param value the number; NaN without items
 * @param lower the lower end of the 95% bootstrap interval; NaN with fewer than five clusters
 * @param upper the upper end of it
 */
public record Estimate(double value, double lower, double upper) {

  /** {@return whether there is an interval and it lies on one side of 0} */
  public boolean excludesZero() {
    return lower > 0 || upper < 0;
  }
}
