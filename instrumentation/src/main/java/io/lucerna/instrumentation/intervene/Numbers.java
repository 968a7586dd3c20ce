package io.lucerna.instrumentation.intervene;

import java.util.regex.Pattern;

/** Numbers as they are written in a spec. */
final class Numbers {
  /** Decimal only: what other languages also read. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,4})?");

  /** Whole numbers up to here are exact, and are printed without a point. */
  private static final double WHOLE = 1e15;

  private static final int LONGEST = 400;

  private Numbers() {}

  /** The shortest text that reads back as the same number. */
  static String print(double value) {
    return value == Math.rint(value) && Math.abs(value) < WHOLE
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** A finite number; throws IllegalArgumentException on anything else. */
  static double parse(String text) {
    if (text.length() > LONGEST || !DECIMAL.matcher(text).matches()) {
      throw new IllegalArgumentException("expected a number such as 2, -0.5 or 1e-3");
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("expected a finite number");
    }
    return value + 0.0; // -0 becomes 0
  }

  /** A whole number of 64 bits. */
  static long parseLong(String text) {
    if (text.matches("[+-]?\\d{1,19}")) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // Refused below with the others.
      }
    }
    throw new IllegalArgumentException("expected a whole number of 64 bits");
  }
}
