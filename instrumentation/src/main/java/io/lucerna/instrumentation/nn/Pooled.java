package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;

/** One vector per text out of one per token. */
final class Pooled {
  private Pooled() {}

  /** hidden [B, S, H] -> [B, H]: padding takes no part. */
  static NDArray vector(Pooling pooling, NDArray hidden, TokenBatch batch) {
    return switch (pooling) {
      case CLS -> hidden.get(":, 0");
      case MEAN -> mean(hidden, batch);
      case LAST -> last(hidden, batch);
    };
  }

  private static NDArray mean(NDArray hidden, TokenBatch batch) {
    if (!batch.padded()) {
      return hidden.mean(new int[] {1});
    }
    int s = batch.width();
    float[] share = new float[batch.size() * s];
    for (int row = 0; row < batch.size(); row++) {
      int length = batch.sequences().get(row).length();
      Arrays.fill(share, row * s, row * s + length, 1f / length);
    }
    NDArray weights =
        hidden
            .getManager()
            .create(share, new Shape(batch.size(), 1, s))
            .toType(hidden.getDataType(), false);
    return weights.matMul(hidden).squeeze(1); // [B, 1, S] x [B, S, H] -> [B, H]
  }

  private static NDArray last(NDArray hidden, TokenBatch batch) {
    long[] rows = new long[batch.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = (long) row * batch.width() + batch.sequences().get(row).length() - 1;
    }
    long width = hidden.getShape().get(2);
    NDArray index = hidden.getManager().create(rows, new Shape(rows.length));
    return Embeddings.lookup(index, hidden.reshape(-1, width));
  }
}
