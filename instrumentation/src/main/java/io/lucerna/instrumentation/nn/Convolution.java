package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;

/**
 * DeBERTa-v2's convolution over neighbouring tokens, parallel to the first block: it reads what
 * enters the block, and the norm of its sum with what the block gives leaves it.
 *
 * <p>It is computed as one map of a token and its neighbours side by side: oneDNN's kernel for
 * convolutions over several texts gives wrong numbers where H is not a multiple of 16.
 *
 * @param map from 2 reach + 1 neighbours to a token [H, (2 reach + 1) H]
 * @param reach how many neighbours it reads to each side
 * @param activation applied to what the map gives
 * @param norm the norm of the sum
 */
public record Convolution(Linear map, int reach, Activation activation, Norm norm) {

  /**
   * A stored convolution's weights as those of a map of neighbours.
   *
   * @param stored [H, H / groups, kernel], in the model's manager; it is closed
   * @param groups parts of the stream that are mapped apart
   * @return [H, kernel H]
   */
  public static NDArray neighbours(NDArray stored, int groups) {
    long h = stored.getShape().get(0);
    long kernel = stored.getShape().get(2);
    long part = h / groups;
    NDArray all = stored.getManager().zeros(new Shape(h, kernel, h), stored.getDataType());
    try (stored;
        NDArray turned = stored.transpose(0, 2, 1)) { // [H, kernel, H / groups]
      for (long from = 0; from < h; from += part) {
        try (NDArray own = turned.get(new NDIndex("{}:{}", from, from + part))) {
          all.set(new NDIndex("{}:{}, :, {}:{}", from, from + part, from, from + part), own);
        }
      }
    }
    try (all) {
      return all.reshape(h, kernel * h);
    }
  }

  /**
   * Joins the convolution to the block. Closes {@code out}.
   *
   * @param pre what entered the block [B, S, H]; the first positions of it may be enough
   * @param out what the block gives [B, S, H]
   * @return [B, S, H], in the scope of {@code out}
   */
  NDArray join(NDArray pre, NDArray out, Pass pass) {
    NDManager outer = out.getManager();
    try (Pass.Scope inner = pass.within(outer)) {
      NDManager scope = inner.manager();
      out.attach(scope);
      NDArray active =
          activation.apply(map.apply(sideBySide(pre, pass.batch(), scope), pass), pass);
      NDArray joined = norm.apply(pass.kernels().plus(active, out), pass);
      joined.attach(outer);
      return joined;
    }
  }

  /** Every token after those before it and before those after it: [B, S, (2 reach + 1) H]. */
  private NDArray sideBySide(NDArray pre, TokenBatch batch, NDManager scope) {
    long b = pre.getShape().get(0);
    long s = pre.getShape().get(1);
    long h = pre.getShape().get(2);
    NDArray real = pre.mul(real(batch, (int) s, scope).toType(pre.getDataType(), false));
    real.attach(scope);
    if (reach == 0) {
      return real;
    }
    NDArray beyond = scope.zeros(new Shape(b, reach, h), pre.getDataType());
    NDArray wide = beyond.concat(real, 1).concat(beyond, 1); // [B, S + 2 reach, H]
    NDList shifted = new NDList();
    for (int k = 0; k <= 2 * reach; k++) {
      shifted.add(wide.get(new NDIndex(":, {}:{}", k, k + s)));
    }
    return NDArrays.concat(shifted, 2);
  }

  /** 1 for tokens, 0 for padding: a text's last token has nothing after it in any batch. */
  private static NDArray real(TokenBatch batch, int width, NDManager scope) {
    float[] real = new float[batch.size() * width];
    for (int row = 0; row < batch.size(); row++) {
      int length = Math.min(width, batch.sequences().get(row).length());
      Arrays.fill(real, row * width, row * width + length, 1);
    }
    return scope.create(real, new Shape(batch.size(), width, 1));
  }
}
