package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.TokenBatch;
import java.util.List;
import java.util.Map;

/** The last hook point, which lies outside of the model: the score. */
final class ScorePoint {
  private static final HookRegistry ONLY =
      new HookRegistry(List.of(), List.of(), 0, List.of(Site.SCORE), Map.of());

  private ScorePoint() {}

  /**
   * The hooks of a call that are the model's.
   *
   * @throws IllegalArgumentException if a hook names a point that the ranker lacks
   */
  static Hooks inside(Hooks hooks, HookRegistry points, HookRegistry model) {
    if (hooks.isEmpty()) {
      return hooks;
    }
    hooks.bind(points);
    return hooks.within(model);
  }

  /** Runs the hooks at this point, batch after batch, and puts what they return into the scores. */
  static void apply(Hooks hooks, List<TokenBatch> batches, float[] scores) {
    Hooks here = hooks.within(ONLY);
    if (here.isEmpty()) {
      return;
    }
    for (TokenBatch batch : batches) {
      float[] own = new float[batch.size()];
      for (int row = 0; row < own.length; row++) {
        own[row] = scores[batch.rows()[row]];
      }
      own = apply(here, batch, own);
      for (int row = 0; row < own.length; row++) {
        scores[batch.rows()[row]] = own[row];
      }
    }
  }

  private static float[] apply(Hooks here, TokenBatch batch, float[] scores) {
    BoundHooks bound = here.bind(ONLY);
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      NDArray given = scope.create(scores); // [B]
      return bound.at(Site.SCORE, batch, given).toFloatArray();
    }
  }
}
