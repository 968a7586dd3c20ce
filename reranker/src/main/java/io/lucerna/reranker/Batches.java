package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Runs sequences in groups of similar length, so that almost nothing is padding. */
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

  /**
   * Runs sequences through a model.
   *
   * @return the model's output for each sequence, in the order of the list
   */
  static float[][] run(
      HookedModel model,
      List<TokenSequence> sequences,
      int size,
      TokenBatch.Side side,
      Hooks hooks) {
    float[][] ordered = new float[sequences.size()][];
    List<TokenBatch> batches = byLength(sequences, size, model.config().padId(), side);
    List<float[][]> outputs = model.forwardAll(batches, hooks);
    for (int i = 0; i < batches.size(); i++) {
      int[] rows = batches.get(i).rows();
      for (int row = 0; row < rows.length; row++) {
        ordered[rows[row]] = outputs.get(i)[row];
      }
    }
    return ordered;
  }

  /**
   * Runs sequences through a model and makes scores of its outputs.
   *
   * @param hooks all hooks of the call; those at the score run here
   * @param inside those of them that are the model's
   * @return the score of each sequence, in the order of the list
   */
  static float[] scores(
      HookedModel model,
      List<TokenSequence> sequences,
      int size,
      TokenBatch.Side side,
      Hooks hooks,
      Hooks inside,
      Readout readout) {
    float[] ordered = new float[sequences.size()];
    List<TokenBatch> batches = byLength(sequences, size, model.config().padId(), side);
    List<float[][]> outputs = model.forwardAll(batches, inside);
    for (int i = 0; i < batches.size(); i++) {
      TokenBatch batch = batches.get(i);
      float[] own = new float[batch.size()];
      for (int row = 0; row < own.length; row++) {
        own[row] = readout.score(outputs.get(i)[row]);
      }
      own = ScorePoint.apply(hooks, batch, own);
      for (int row = 0; row < own.length; row++) {
        ordered[batch.rows()[row]] = own[row];
      }
    }
    return ordered;
  }
}
