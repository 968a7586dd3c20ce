package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is added to attention scores: 0, or the lowest fp32 number where attention is not allowed.
 */
public final class Masks {
  private Masks() {}

  /** [B, 1, 1, S]: hides padding and unattended tokens; null where there are none. */
  public static @Nullable NDArray padding(TokenBatch batch, NDManager scope, DataType type) {
    if (!batch.padded()) {
      return null;
    }
    int width = batch.width();
    float[] values = new float[batch.size() * width];
    for (int row = 0; row < batch.size(); row++) {
      int read = batch.sequences().get(row).attended();
      Arrays.fill(values, row * width + read, (row + 1) * width, -Float.MAX_VALUE);
    }
    return scope.create(values, new Shape(batch.size(), 1, 1, width)).toType(type, false);
  }

  /**
   * [1, 1, S, S]: a query looks only where it may.
   *
   * @param sees whether a query's position may look at a key's position
   */
  public static NDArray of(
      int width, BiPredicate<Integer, Integer> sees, NDManager scope, DataType type) {
    float[] values = new float[width * width];
    for (int query = 0; query < width; query++) {
      for (int key = 0; key < width; key++) {
        values[query * width + key] = sees.test(query, key) ? 0 : -Float.MAX_VALUE;
      }
    }
    return scope.create(values, new Shape(1, 1, width, width)).toType(type, false);
  }

  /**
   * [1, 1, S, S]: a query looks at itself and at what came before.
   *
   * @param window at how many positions at most, its own included
   */
  public static NDArray lookingBack(int width, int window, NDManager scope, DataType type) {
    float[] values = new float[width * width];
    Arrays.fill(values, -Float.MAX_VALUE);
    for (int query = 0; query < width; query++) {
      int first = Math.max(0, query - window + 1);
      Arrays.fill(values, query * width + first, query * width + query + 1, 0);
    }
    return scope.create(values, new Shape(1, 1, width, width)).toType(type, false);
  }

  /** Both masks in one; no sum falls below the lowest number. */
  public static NDArray both(NDArray one, @Nullable NDArray other) {
    return other == null ? one : one.add(other).maximum(-Float.MAX_VALUE);
  }
}
