package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import java.util.Map;

/** The last hook point, which is outside of the model: the score. */
final class ScorePoint {
  private static final HookRegistry ONLY =
      new HookRegistry(List.of(HookPoint.of(Site.SCORE)), Map.of());

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
    hooks.check(points);
    return hooks.within(model);
  }

  /** The scores of a batch's rows after the hooks at this point. */
  static float[] apply(Hooks hooks, TokenBatch batch, float[] scores) {
    Hooks here = hooks.within(ONLY);
    if (here.isEmpty()) {
      return scores;
    }
    BoundHooks bound = here.bind(ONLY, batch);
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      NDArray given = scope.create(scores); // [B]
      return bound.at(Site.SCORE, given).toFloatArray();
    }
  }
}
