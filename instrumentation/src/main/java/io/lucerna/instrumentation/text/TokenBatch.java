package io.lucerna.instrumentation.text;

import io.lucerna.base.Given;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Sequences that go through the network together, padded on the right to the longest.
 *
 * @param sequences the rows
 * @param rows each row's number in the caller's own list, so that hooks know which text they see
 * @param padId the id that fills up
 * @param side what the texts are
 * @param width the number of positions: the length of the longest row, or more
 */
public record TokenBatch(
    List<TokenSequence> sequences, int[] rows, long padId, Side side, int width) {

  /** What the rows of a batch are. */
  public enum Side {
    /** Queries, read alone. */
    QUERY,
    /** Passages, read alone. */
    PASSAGE,
    /** A query and a passage in one input. */
    PAIR
  }

  /** Checks that the rows agree. */
  public TokenBatch {
    sequences = Given.list(sequences, "sequences", "sequence");
    Given.value(rows, "the array of row numbers");
    Given.value(side, "the side");
    if (sequences.isEmpty() || sequences.size() != rows.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a batch needs at least one sequence and as many row numbers, got %d and %d",
              sequences.size(),
              rows.length));
    }
    if (width < longest(sequences)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a text of %d tokens does not fit into %d positions",
              longest(sequences),
              width));
    }
  }

  /** A batch as wide as its longest row. */
  public TokenBatch(List<TokenSequence> sequences, int[] rows, long padId, Side side) {
    this(sequences, rows, padId, side, longest(Given.list(sequences, "sequences", "sequence")));
  }

  private static int longest(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }

  /** A batch whose rows are numbered in order. */
  public static TokenBatch of(List<TokenSequence> sequences, long padId, Side side) {
    int[] rows = new int[Given.value(sequences, "the list of sequences").size()];
    Arrays.setAll(rows, i -> i);
    return new TokenBatch(sequences, rows, padId, side);
  }

  /** Number of rows. */
  public int size() {
    return sequences.size();
  }

  /** One text, {@code count} times, in {@code width} positions. */
  public static TokenBatch repeated(
      TokenSequence text, int count, long padId, Side side, int width) {
    int[] rows = new int[count];
    Arrays.setAll(rows, i -> i);
    return new TokenBatch(Collections.nCopies(count, text), rows, padId, side, width);
  }

  /** Whether any row has places that attention must not read: padding, or tokens that it leaves. */
  public boolean padded() {
    return sequences.stream().anyMatch(s -> s.attended() < width);
  }

  /** Token ids, row after row, padded. */
  public long[] ids() {
    long[] flat = new long[size() * width];
    Arrays.fill(flat, padId);
    return fill(flat, true);
  }

  /** Token types, row after row, padded with 0. */
  public long[] types() {
    return fill(new long[size() * width], false);
  }

  private long[] fill(long[] flat, boolean ids) {
    for (int row = 0; row < size(); row++) {
      long[] from = ids ? sequences.get(row).ids() : sequences.get(row).types();
      System.arraycopy(from, 0, flat, row * width, from.length);
    }
    return flat;
  }
}
