package io.lucerna.studies.chart;

import java.util.Locale;

/**
 * How the numbers of a picture are printed: as many decimals as make two digits of the largest, no
 * zero before the point, a true minus sign.
 *
 * @param decimals digits after the point
 */
record NumberForm(int decimals) {
  private static final int MOST = 6;

  /** The form of numbers up to this size. */
  static NumberForm of(double limit) {
    int digits = (int) Math.floor(Math.log10(limit) + 1e-9);
    return new NumberForm(Math.clamp(limit >= 1 ? 2L - digits : 1L - digits, 0, MOST));
  }

  String print(double value) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", Math.abs(value));
    boolean zero = text.chars().allMatch(c -> c == '0' || c == '.');
    if (zero) {
      return "0";
    }
    String bare = text.startsWith("0.") ? text.substring(1) : text;
    return value < 0 ? "\u2212" + bare : bare;
  }

  /** The same with one digit more where that is not 0. */
  String tick(double value) {
    String text = new NumberForm(decimals + 1).print(value);
    return text.contains(".") && text.endsWith("0") ? print(value) : text;
  }
}
