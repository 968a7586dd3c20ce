package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;

/** Patches whose outcome is known beforehand, and one that stands for any change. */
final class Controls {
  private static final List<Site> PATCHED =
      List.of(Site.RESID_PRE, Site.Z, Site.ATTN_OUT, Site.MLP_OUT);
  private static final HookPoint START = HookPoint.of(0, Site.RESID_PRE);

  private Controls() {}

  /** The output of a run that is patched with its own activations everywhere. */
  static float[] itself(HookedModel model, TokenBatch input) {
    Hooks keep = Hooks.none();
    Hooks patch = Hooks.none();
    try (BatchActivations own = new BatchActivations()) {
      for (Site site : PATCHED) {
        keep = keep.with(site.glob(), own.observer());
        Hook.Intervention same = (context, activation) -> own.get(context.point());
        patch = patch.with(site.glob(), same);
      }
      model.forward(input, keep);
      return model.forward(input, patch)[0];
    }
  }

  /** The output when the residual stream before the first layer is the donor's. */
  static float[] whole(HookedModel model, TokenBatch recipient, TokenBatch donor) {
    try (BatchActivations from = kept(model, donor)) {
      Hook.Intervention patch = (context, activation) -> from.get(START);
      return model.forward(recipient, Hooks.none().with(START.toString(), patch))[0];
    }
  }

  /** The output when rows of that residual stream are rows of another input's, in turn. */
  static float[] rows(
      HookedModel model, TokenBatch recipient, int[] into, TokenBatch donor, int[] from) {
    try (BatchActivations kept = kept(model, donor)) {
      Hook.Intervention patch =
          (context, activation) -> {
            for (int i = 0; i < into.length; i++) {
              try (NDArray row = kept.get(START).get(0, from[i % from.length])) {
                activation.set(new NDIndex("0, " + into[i]), row);
              }
            }
            return activation;
          };
      return model.forward(recipient, Hooks.none().with(START.toString(), patch))[0];
    }
  }

  private static BatchActivations kept(HookedModel model, TokenBatch input) {
    BatchActivations cache = new BatchActivations();
    try {
      model.forward(input, Hooks.none().with(START.toString(), cache.observer()));
      return cache;
    } catch (RuntimeException | Error e) {
      cache.close();
      throw e;
    }
  }
}
