package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.nn.Attention;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last attention of a model whose head reads the first token alone. */
final class FirstToken {
  private FirstToken() {}

  /**
   * z where only the first token's is needed.
   *
   * @param input what the attention reads [B, S, H]
   * @return z [B, R, N, D] of the first token and perhaps a few more
   */
  static NDArray z(Attention attention, NDArray input, Places places, Pass pass) {
    if (attention.plain() && attention.query().large()) {
      return withoutKeysAndValues(attention, input, places.mask(), pass);
    }
    return attention.z(input.get(":, :" + Linear.FEWEST_ROWS), input, places, pass);
  }

  /**
   * Keys and values are never computed: a score is (q W_k) x instead of q (W_k x), and z is W_v
   * (sum of a x) instead of the sum of a (W_v x). The keys' bias adds the same to all scores and is
   * left out. Small models, where there is nothing to save, keep the kernels of a plain pass.
   *
   * @return z [B, 1, N, D]
   */
  private static NDArray withoutKeysAndValues(
      Attention attention, NDArray input, @Nullable NDArray mask, Pass pass) {
    long n = attention.heads();
    long d = attention.headWidth();
    long h = input.getShape().get(2);
    NDManager scope = input.getManager();
    NDArray keyMaps = attention.key().weight().reshape(n, d, h);
    NDArray valueMaps = attention.value().weight().reshape(n, d, h);
    NDArray valueBias = attention.value().bias().reshape(1, 1, n, d);
    for (NDArray view : List.of(keyMaps, valueMaps, valueBias)) {
      view.attach(scope);
    }
    // The heads come first, so that each one's map serves all texts without a copy.
    NDArray first = input.get(":, :1"); // [B, 1, H]
    NDArray q = attention.query().apply(first, pass).reshape(-1, n, d).transpose(1, 0, 2);
    NDArray wanted = q.mul(attention.scale()).matMul(keyMaps).transpose(1, 0, 2); // [B, N, H]
    NDArray scores = wanted.matMul(input.transpose(0, 2, 1)); // [B, N, S]
    if (mask != null) {
      scores.addi(mask.get(":, :, 0"));
    }
    NDArray seen = scores.softmax(2).matMul(input).transpose(1, 0, 2); // [N, B, H]
    NDArray z = seen.matMul(valueMaps.transpose(0, 2, 1)).transpose(1, 0, 2); // [B, N, D]
    attention.count(4 * scores.size() * h + 4 * first.size() * n * d);
    return z.reshape(z.getShape().get(0), 1, n, d).addi(valueBias); // [B, 1, N, D]
  }
}
