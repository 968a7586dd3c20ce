package io.lucerna.plugin.regress;

import io.lucerna.eval.Decimals;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * A number compared with what was expected.
 *
 * @param ranking what was measured
 * @param topics on which topics
 * @param metric by which metric
 * @param expected what should have come out
 * @param measured what came out
 * @param tolerance how far apart they may be
 * @param higherIsWell whether a higher number is well too
 * @param precision decimals that count
 */
record Check(
    String ranking,
    String topics,
    String metric,
    double expected,
    double measured,
    double tolerance,
    boolean higherIsWell,
    int precision) {
  private static final double ROUNDING = 1e-9;

  /** What to think of it. */
  enum Verdict {
    OK("OK"),
    HIGHER("OK*"),
    FAIL("FAIL");

    final String shown;

    Verdict(String shown) {
      this.shown = shown;
    }
  }

  /** The number of an expectation. */
  static Check of(Step step, Expectation expected, double measured) {
    return new Check(
        step.ranking(),
        step.topics().id(),
        expected.metric().name(),
        expected.value(),
        measured,
        expected.tolerance(),
        expected.higherIsWell(),
        expected.metric().precision());
  }

  /** A number of the index, which must be met exactly. */
  static Check ofIndex(String statistic, long expected, long measured) {
    return new Check("index", "-", statistic, expected, measured, 0, false, 0);
  }

  Verdict verdict() {
    double change = rounded(measured) - rounded(expected);
    if (Math.abs(change) <= tolerance + ROUNDING) {
      return Verdict.OK;
    }
    return change > 0 && higherIsWell ? Verdict.HIGHER : Verdict.FAIL;
  }

  private double rounded(double value) {
    return Double.parseDouble(Decimals.rounded(value, precision));
  }

  /** A number with the decimals that count. */
  String shown(double value) {
    return Decimals.rounded(value, precision);
  }

  /** One line for the terminal. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-4s  %-20s  %-10s  %-21s  expected %s  measured %s  tolerance %s",
        verdict().shown,
        ranking,
        topics,
        metric,
        shown(expected),
        shown(measured),
        tolerance == 0 ? "0" : BigDecimal.valueOf(tolerance).stripTrailingZeros().toPlainString());
  }
}
