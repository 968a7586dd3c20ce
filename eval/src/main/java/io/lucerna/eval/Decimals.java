package io.lucerna.eval;

import io.lucerna.base.Internal;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers read from bytes, and printed. */
@Internal
public final class Decimals {
  /** The powers of ten that a double holds exactly. */
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18
  };

  private static final long EXACT = 1L << 53;

  private Decimals() {}

  /**
   * {@return a number with so many decimals, as C prints it, and with it trec_eval: the exact
   * binary value, a half to the even digit} {@link String#format} rounds half up, and what it
   * rounds is the shortest decimal of the number.
   *
   * @param value a number; one that is not finite is a word
   * @param decimals how many, 0 or more
   */
  public static String rounded(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    String digits =
        new BigDecimal(Math.abs(value)).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
    return Math.copySign(1, value) < 0 ? "-" + digits : digits;
  }

  /**
   * {@return the same with a sign for positive numbers too; what rounds to nothing has a plus}
   *
   * @param value a number; one that is not finite is a word
   * @param decimals how many, 0 or more
   */
  public static String signed(double value, int decimals) {
    String digits = rounded(Math.abs(value), decimals);
    return (value < 0 && !digits.equals(rounded(0, decimals)) ? "-" : "+") + digits;
  }

  /**
   * The double that {@link Double#parseDouble} makes of a short plain number such as {@code
   * -12.375}; NaN for anything else, exponents and longer numbers included.
   *
   * <p>Digits up to 2^53 and a power of ten are both exact as doubles, so that their quotient is
   * rounded once, as the number itself is (Clinger, "How to Read Floating Point Numbers
   * Accurately", PLDI 1990).
   */
  static double plain(byte[] bytes, int from, int to) {
    int at = from;
    boolean negative = at < to && bytes[at] == '-';
    if (negative || at < to && bytes[at] == '+') {
      at++;
    }
    long digits = 0;
    int count = 0;
    int point = -1;
    for (; at < to; at++) {
      int digit = bytes[at] - '0';
      if (digit >= 0 && digit <= 9) {
        digits = 10 * digits + digit;
        count++;
      } else if (bytes[at] == '.' && point < 0) {
        point = count;
      } else {
        return Double.NaN;
      }
      if (count >= POWERS.length) {
        return Double.NaN;
      }
    }
    if (count == 0 || digits > EXACT) {
      return Double.NaN;
    }
    double value = digits / POWERS[point < 0 ? 0 : count - point];
    return negative ? -value : value;
  }
}
