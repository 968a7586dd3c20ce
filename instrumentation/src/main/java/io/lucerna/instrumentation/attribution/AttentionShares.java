package io.lucerna.instrumentation.attribution;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;

/**
 * How much the positions that the output is made of attend to each token in the last block, on
 * average over heads: the usual picture of attention, which says nothing of what is read there.
 */
public final class AttentionShares {
  private AttentionShares() {}

  /**
   * {@return a number for each token; together 1}
   *
   * @param model what reads
   * @param input one text
   * @param side what it is
   */
  public static double[] of(HookedModel model, TokenSequence input, Side side) {
    HookPoint point = HookPoint.of(model.blocks().size() - 1, Site.PATTERN);
    double[][] pattern = new double[1][];
    model.forward(
        TokenBatch.of(List.of(input), model.config().padId(), side),
        Hooks.none().observe(point.toString(), (context, x) -> pattern[0] = Numbers.doubles(x)));
    int length = input.length();
    double[][] rows = new double[length][length];
    int heads = pattern[0].length / length / length;
    for (int i = 0; i < pattern[0].length; i++) { // [head, qpos, kpos]
      rows[i / length % length][i % length] += pattern[0][i] / heads;
    }
    return ReadPositions.sum(ReadPositions.weights(model, input), rows);
  }
}
