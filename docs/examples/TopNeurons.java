import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.intervene.CustomHook;
import io.lucerna.instrumentation.intervene.HookedText;
import java.util.List;

/** Keeps the K neurons of every MLP that are farthest from 0 at a token, and sets the others to 0. */
public final class TopNeurons implements CustomHook {
  private static final int K = 64;

  @Override
  public List<String> points() {
    return List.of("blocks.*.mlp.hook_post");
  }

  @Override
  public NDArray change(NDArray x, HookedText text) { // [tokens, neurons]
    NDArray size = x.abs();
    int k = (int) Math.min(K, x.getShape().get(1));
    NDArray kth = size.topK(k, 1).get(0).min(new int[] {1}, true); // [tokens, 1]
    NDArray kept = size.gte(kth); // [tokens, neurons]
    return x.mul(kept.toType(x.getDataType(), false));
  }
}
