import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a model with a hook; its output is what Hugging Face transformers computed. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    try (Checkpoint reference = Checkpoints.openFile(folder.resolve("reference.safetensors"));
        HookedModel model = HookedModel.open(folder, Precision.FP32)) {
      long[] ids = {2, 88, 86, 5, 91, 3, 83, 91, 86, 93, 84, 92, 85, 97, 41, 3};
      long[] types = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
      AtomicInteger seen = new AtomicInteger();
      Hook.Observer count = (context, activation) -> seen.incrementAndGet();
      float output =
          model
              .forward(
                  TokenBatch.of(
                      List.of(TokenSequence.ofIds(ids, types)), 0, TokenBatch.Side.PAIR),
                  Hooks.none().with("blocks.*.attn.hook_pattern", count))
              [0][0];
      float expected = reference.floats("logits")[0];
      if (!(Math.abs(output - expected) <= 1e-5) || seen.get() != model.config().layers()) {
        throw new AssertionError(output + " instead of " + expected + ", hooks " + seen);
      }
    }
  }
}
