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

  /**
   * Checks that the rows agree.
   *
   * @throws IllegalArgumentException if there are no sequences, more or fewer row numbers than
   *     sequences, or a sequence longer than {@code width}
   */
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

  /**
   * A batch as wide as its longest row.
   *
   * @param sequences the rows, at least one
   * @param rows each row's number in the caller's own list
   * @param padId the id that fills up
   * @param side what the texts are
   */
  public TokenBatch(List<TokenSequence> sequences, int[] rows, long padId, Side side) {
    this(sequences, rows, padId, side, longest(Given.list(sequences, "sequences", "sequence")));
  }

  private static int longest(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }

  /**
   * {@return a batch whose rows are numbered in order}
   *
   * @param sequences the rows, at least one
   * @param padId the id that fills up
   * @param side what the texts are
   */
  public static TokenBatch of(List<TokenSequence> sequences, long padId, Side side) {
    int[] rows = new int[Given.value(sequences, "the list of sequences").size()];
    Arrays.setAll(rows, i -> i);
    return new TokenBatch(sequences, rows, padId, side);
  }

  /** {@return the number of rows} */
  public int size() {
    return sequences.size();
  }

  /**
   * {@return a batch of one text, {@code count} times, in {@code width} positions}
   *
   * @param text the text
   * @param count the number of rows, at least 1
   * @param padId the id that fills up
   * @param side what the text is
   * @param width the number of positions, at least the text's length
   */
  public static TokenBatch repeated(
      TokenSequence text, int count, long padId, Side side, int width) {
    int[] rows = new int[count];
    Arrays.setAll(rows, i -> i);
    return new TokenBatch(Collections.nCopies(count, text), rows, padId, side, width);
  }

  /**
   * {@return whether any row has places that attention must not read: padding, or tokens that it
   * leaves}
   */
  public boolean padded() {
    return sequences.stream().anyMatch(s -> s.attended() < width);
  }

  /** {@return token ids, row after row, padded: [batch x width] in a new array} */
  public long[] ids() {
    long[] flat = new long[size() * width];
    Arrays.fill(flat, padId);
    return fill(flat, true);
  }

  /** {@return token types, row after row, padded with 0: [batch x width] in a new array} */
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
