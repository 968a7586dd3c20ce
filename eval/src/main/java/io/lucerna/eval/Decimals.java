package io.lucerna.eval;

/** Numbers read from bytes. */
final class Decimals {
  /** The powers of ten that a double holds exactly. */
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18
  };

  private static final long EXACT = 1L << 53;

  private Decimals() {}

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
