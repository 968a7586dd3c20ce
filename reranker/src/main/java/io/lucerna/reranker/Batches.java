package io.lucerna.reranker;

import io.lucerna.instrumentation.model.TokenBatch;
import io.lucerna.instrumentation.model.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Groups sequences of similar length, so that almost nothing is padding. */
final class Batches {
  private Batches() {}

  /**
   * Cuts the sequences, longest first, into batches. Every batch remembers which sequences it
   * holds.
   *
   * <p>Which sequences share a batch depends on nothing but the list, so results repeat bit for
   * bit.
   */
  static List<TokenBatch> byLength(
      List<TokenSequence> sequences, int size, long padId, TokenBatch.Side side) {
    Integer[] order = new Integer[sequences.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt((Integer i) -> -sequences.get(i).length()));
    List<TokenBatch> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      int[] rows = new int[Math.min(size, order.length - from)];
      List<TokenSequence> members = new ArrayList<>(rows.length);
      for (int i = 0; i < rows.length; i++) {
        rows[i] = order[from + i];
        members.add(sequences.get(rows[i]));
      }
      batches.add(new TokenBatch(members, rows, padId, side));
    }
    return batches;
  }
}
