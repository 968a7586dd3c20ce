package io.lucerna.eval;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** How well numbers tell positives from the rest. */
public final class RocArea {
  private RocArea() {}

  /**
   * {@return the area under the receiver operating characteristic: the share of pairs of a positive
   * and another in which the positive has the larger number, ties counted half (Hanley and McNeil
   * 1982); empty without any such pair}
   *
   * @param values finite numbers
   * @param positive which of them are of positives
   * @throws IllegalArgumentException if there are not as many of one as of the other, or a value is
   *     not finite
   */
  public static OptionalDouble of(double[] values, boolean[] positive) {
    if (values.length != positive.length) {
      throw new IllegalArgumentException(
          values.length + " values, " + positive.length + " truth values");
    }
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException("value " + i + " is not finite: " + values[i]);
      }
    }
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    double won = 0;
    long below = 0;
    long positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      long tiedPositives = 0;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        tiedPositives += positive[order[to]] ? 1 : 0;
        to++;
      }
      long tied = to - from - tiedPositives;
      won += tiedPositives * (below + tied / 2.0);
      below += tied;
      positives += tiedPositives;
      from = to;
    }
    return positives == 0 || below == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(won / positives / below);
  }
}
