package io.lucerna.instrumentation.examples;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.LinkedHashMap;
import java.util.Map;

/** The three examples of the package page of {@code io.lucerna.instrumentation}. */
final class DesignExample {
  private DesignExample() {}

  /** How sharply each head of each layer attends: its largest probability, mean over queries. */
  static Map<HookPoint, float[]> record(HookedModel model, TokenBatch batch) {
    Map<HookPoint, float[]> sharpness = new LinkedHashMap<>();
    Hook.Observer look =
        (context, pattern) -> { // [B, N, S, S]
          NDArray largest = pattern.max(new int[] {3}).mean(new int[] {2}); // [B, N]
          sharpness.put(context.point(), largest.toFloatArray());
        };
    model.forward(batch, Hooks.none().with("blocks.*.attn.hook_pattern", look));
    return sharpness;
  }

  /** The outputs when every position of a layer's z is the mean over positions. */
  static float[][] intervene(HookedModel model, TokenBatch batch) {
    Hook.Intervention flatten =
        (context, z) -> z.mean(new int[] {1}, true).broadcast(z.getShape()); // [B, S, N, D]
    return model.forward(batch, Hooks.none().with("blocks.0.attn.hook_z", flatten));
  }

  /** The share of the change in a pair's score that each head carries, layer by layer. */
  static float[] sweep(HookedModel model, AlignedPair pair) {
    PatchingSweep heads =
        new PatchingSweep(
            model, Side.PAIR, Sweep.of(SweepKind.HEAD), PatchingSweep.Method.FAST, 8, 0);
    SweepResult result = heads.run(pair, Direction.DENOISE, output -> output[0]);
    float[] effects = result.patched(); // [layer x head]
    for (int cell = 0; cell < effects.length; cell++) {
      effects[cell] = (effects[cell] - result.recipient()) / (result.donor() - result.recipient());
    }
    return effects;
  }
}
