package io.lucerna.instrumentation.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Sequences that go through the network together, padded on the right to the longest.
 *
 * @param sequences the rows
 * @param rows each row's number in the caller's own list, so that hooks know which text they see
 * @param padId the id that fills up
 * @param side what the texts are
 */
public record TokenBatch(List<TokenSequence> sequences, int[] rows, long padId, Side side) {

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
    sequences = List.copyOf(sequences);
    if (sequences.isEmpty() || sequences.size() != rows.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a batch needs at least one sequence and as many row numbers, got %d and %d",
              sequences.size(),
              rows.length));
    }
  }

  /** A batch whose rows are numbered in order. */
  public static TokenBatch of(List<TokenSequence> sequences, long padId, Side side) {
    int[] rows = new int[sequences.size()];
    Arrays.setAll(rows, i -> i);
    return new TokenBatch(sequences, rows, padId, side);
  }

  /** Number of rows. */
  public int size() {
    return sequences.size();
  }

  /** Length of the longest row. */
  public int width() {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElseThrow();
  }

  /** Whether any row is shorter than the longest. */
  public boolean padded() {
    int width = width();
    return sequences.stream().anyMatch(s -> s.length() < width);
  }

  /** Token ids, row after row, padded. */
  public long[] ids() {
    long[] flat = new long[size() * width()];
    Arrays.fill(flat, padId);
    return fill(flat, true);
  }

  /** Token types, row after row, padded with 0. */
  public long[] types() {
    return fill(new long[size() * width()], false);
  }

  private long[] fill(long[] flat, boolean ids) {
    int width = width();
    for (int row = 0; row < size(); row++) {
      long[] from = ids ? sequences.get(row).ids() : sequences.get(row).types();
      System.arraycopy(from, 0, flat, row * width, from.length);
    }
    return flat;
  }
}
