package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.reranker.Ranker;
import io.lucerna.topics.ContrastPair;
import java.util.Arrays;
import java.util.Optional;

/**
 * How much of a change of a passage each attention head carries to the score: the head's outputs at
 * all positions are copied from the run of the changed passage into that of the original (MechIR,
 * section 3; {@code patch -sweep head} does it for many pairs).
 *
 * @param base the original's score, aligned with the changed passage: a filler stands where that
 *     has more tokens
 * @param perturbed the score of the changed passage, aligned with the original
 * @param patched [layer][head], the original's score with that head's outputs copied
 */
public record HeadSweep(float base, float perturbed, float[][] patched) {
  /**
   * Runs the sweep, with all settings as {@code patch} has them. Safe for use from many threads.
   *
   * @param ranker the ranker; it stays the caller's to close
   * @param query what both passages are scored for
   * @param base the original passage
   * @param perturbed the changed one
   * @return the scores
   * @throws IllegalArgumentException if the two cannot be aligned, or the query is too long
   */
  public static HeadSweep of(Ranker ranker, String query, String base, String perturbed) {
    ContrastPair pair = ContrastPair.of("pair", query, base, perturbed);
    SweepSettings settings = SweepSettings.of(SweepKind.HEAD).build();
    return switch (new SweepEngine(ranker, settings)
        .sweep(pair, Optional.empty(), settings.methods())) {
      case PairOutcome.Unusable unusable -> throw new IllegalArgumentException(unusable.reason());
      case PairOutcome.Swept swept -> of(swept.ways().getFirst().result(), ranker);
    };
  }

  private static HeadSweep of(SweepResult result, Ranker ranker) {
    int layers = ranker.card().layers();
    float[] cells = result.patched();
    int heads = cells.length / layers;
    float[][] patched = new float[layers][];
    Arrays.setAll(patched, l -> Arrays.copyOfRange(cells, l * heads, (l + 1) * heads));
    return new HeadSweep(result.recipient(), result.donor(), patched);
  }

  /**
   * {@return [layer][head], the part of the change that comes back with the head: (patched - base)
   * / (perturbed - base); not finite where the scores are equal}
   */
  public double[][] effects() {
    double change = (double) perturbed - base;
    return Arrays.stream(patched)
        .map(
            layer -> {
              double[] effects = new double[layer.length];
              Arrays.setAll(effects, head -> ((double) layer[head] - base) / change);
              return effects;
            })
        .toArray(double[][]::new);
  }
}
