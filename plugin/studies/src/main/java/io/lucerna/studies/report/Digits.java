package io.lucerna.studies.report;

import io.lucerna.eval.Decimals;
import java.util.Locale;
import java.util.regex.Pattern;

/** Prints the numbers of a study for people; what is not defined is a dash. */
public final class Digits {
  static final String NONE = "\u2013";
  private static final Pattern NOTHING = Pattern.compile("[+-]0\\.0+%?");
  private static final double LEAST_P = 0.0001;

  private Digits() {}

  /** Four decimals with a true minus sign. */
  public static String value(double value) {
    return Double.isNaN(value) ? NONE : minus(Decimals.rounded(value, 4));
  }

  /** The same with a sign for positive numbers too. */
  public static String change(double value) {
    return Double.isNaN(value) ? NONE : minus(Decimals.signed(value, 4));
  }

  /** Three decimals without the zero before the point. */
  static String thousandths(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    String text = Decimals.rounded(Math.abs(value), 3);
    String bare = text.startsWith("0.") ? text.substring(1) : text;
    return value < 0 && !bare.equals(".000") ? "\u2212" + bare : bare;
  }

  static String percent(double share) {
    return Double.isNaN(share) ? NONE : minus(Decimals.signed(100 * share, 1) + "%");
  }

  static String two(double value) {
    return Double.isNaN(value) ? NONE : minus(Decimals.signed(value, 2));
  }

  /** A distance in places. */
  static String places(double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.2f", value);
  }

  /** A p-value; a tiny one as a bound. */
  public static String p(double value) {
    return value < LEAST_P ? "<0.0001" : value(value);
  }

  static String count(double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.0f", value);
  }

  /** As short as the number is; for settings. */
  static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }

  private static String minus(String text) {
    // A change that rounds to nothing has no sign.
    return NOTHING.matcher(text).matches() ? text.substring(1) : text.replace('-', '\u2212');
  }
}
