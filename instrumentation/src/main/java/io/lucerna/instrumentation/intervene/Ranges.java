package io.lucerna.instrumentation.intervene;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A set of numbers from 0: heads, or units of a last dimension. Sorted, without overlaps, so that
 * equal sets are equal.
 *
 * @param ranges the set in ranges
 */
public record Ranges(List<Range> ranges) {

  /**
   * The numbers from {@code from} to {@code to}, both included.
   *
   * @param from at least 0
   * @param to at least {@code from}
   */
  public record Range(int from, int to) {
    /** Checks the order. */
    public Range {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException(
            "a range goes up from 0 or more, got " + from + "-" + to);
      }
    }

    @Override
    public String toString() {
      return from == to ? Integer.toString(from) : from + "-" + to;
    }
  }

  /**
   * Sorts and joins.
   *
   * @throws IllegalArgumentException if there are no numbers
   */
  public Ranges {
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("a set of numbers needs at least one");
    }
    List<Range> joined = new ArrayList<>();
    for (Range range : ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
      if (!joined.isEmpty() && range.from <= joined.getLast().to + 1) {
        Range last = joined.removeLast();
        joined.add(new Range(last.from, Math.max(last.to, range.to)));
      } else {
        joined.add(range);
      }
    }
    ranges = List.copyOf(joined);
  }

  /**
   * {@return the set of these numbers}
   *
   * @param numbers at least one, each at least 0, in any order
   */
  public static Ranges of(int... numbers) {
    return new Ranges(IntStream.of(numbers).mapToObj(n -> new Range(n, n)).toList());
  }

  /** {@return the largest number} */
  public int max() {
    return ranges.getLast().to;
  }

  /** {@return all numbers in order} */
  public int[] numbers() {
    return ranges.stream().flatMapToInt(r -> IntStream.rangeClosed(r.from, r.to)).toArray();
  }

  /** As in a spec: {@code 0,3-5}. */
  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
  }
}
