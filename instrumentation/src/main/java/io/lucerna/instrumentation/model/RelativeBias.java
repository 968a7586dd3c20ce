package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What MPNet adds to the scores of a query and a key for the distance between them: a number for
 * each head and each bucket of distances, as in T5 (Raffel et al. 2020, section 2.1) with 32
 * buckets. Half of them are for keys on the right of the query. In each half, the first eight
 * distances have buckets of their own; the rest grow logarithmically up to a distance of 128.
 *
 * @param table [buckets, N]; a row that no distance leads to is never read
 */
record RelativeBias(NDArray table) {
  private static final int PER_DIRECTION = 16;
  private static final int EXACT = 8;
  private static final int FARTHEST = 128;

  /** Checks that every bucket has a row. */
  RelativeBias {
    if (table.getShape().get(0) < 2 * PER_DIRECTION) {
      throw new IllegalArgumentException(
          "relative_attention_num_buckets must be at least "
              + 2 * PER_DIRECTION
              + ", got "
              + table.getShape().get(0));
    }
  }

  /**
   * A batch's mask: this bias, and the padding's mask where there is one.
   *
   * @param padding [B, 1, 1, S]
   * @return [B or 1, N, S, S] in the scope
   */
  NDArray masked(TokenBatch batch, @Nullable NDArray padding, NDManager scope) {
    int width = batch.width();
    long[] rows = new long[width * width];
    for (int query = 0; query < width; query++) {
      for (int key = 0; key < width; key++) {
        rows[query * width + key] = bucket(key - query);
      }
    }
    long heads = table.getShape().get(1);
    try (NDManager inner = scope.newSubManager()) {
      NDArray index = inner.create(rows, new Shape(width, width));
      NDArray found = HookedModel.lookup(index, table); // [S, S, N]
      // Added to zeros, it lies in memory as the scores do.
      int texts = padding == null ? 1 : batch.size();
      NDArray mask = inner.zeros(new Shape(texts, heads, width, width), table.getDataType());
      mask.addi(found.transpose(2, 0, 1));
      if (padding != null) {
        mask.addi(padding);
      }
      mask.attach(scope);
      return mask;
    }
  }

  /**
   * The bucket of a distance.
   *
   * @param distance the key's position minus the query's
   */
  static int bucket(int distance) {
    int far = Math.abs(distance);
    double grown =
        Math.log((double) far / EXACT) / Math.log((double) FARTHEST / EXACT) * (PER_DIRECTION - EXACT);
    int within = far < EXACT ? far : Math.min(PER_DIRECTION - 1, EXACT + (int) grown);
    return distance > 0 ? PER_DIRECTION + within : within;
  }
}
