package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * What is added to attention scores for how far apart two positions are (Raffel et al. 2020,
 * section 2.1): one number for each head and bucket of distances. Half of the buckets are for keys
 * to the left, half for keys to the right; of each half the first half are single distances, and
 * the others grow with the distance's logarithm.
 *
 * @param table [buckets, N]
 * @param farthest the distance from which on all share the last bucket
 */
public record RelativeBias(NDArray table, int farthest) {

  /** The least buckets that can be halved twice. */
  public static final int FEWEST_BUCKETS = 4;

  /** The biases of a text of S positions, [1, N, S, S] in the scope. */
  public NDArray of(int width, NDManager scope) {
    int buckets = (int) table.getShape().get(0);
    long heads = table.getShape().get(1);
    long[] byOffset = new long[2 * width]; // key minus query, from 1 - S to S - 1
    Arrays.setAll(byOffset, i -> bucket(i - width + 1, buckets, farthest));
    long[] rows = new long[width * width];
    for (int query = 0; query < width; query++) {
      System.arraycopy(byOffset, width - 1 - query, rows, query * width, width);
    }
    try (NDManager inner = scope.newSubManager()) {
      NDArray index = inner.create(rows, new Shape(width, width));
      NDArray byHead = Embeddings.lookup(index, table).transpose(2, 0, 1); // [N, S, S]
      NDArray bias = byHead.reshape(-1).reshape(1, heads, width, width); // a copy in that order
      bias.attach(scope);
      return bias;
    }
  }

  /**
   * The bucket of an offset, in the single precision of the published implementation, which decides
   * where the logarithm is a whole number.
   *
   * @param offset the key's position minus the query's
   */
  static int bucket(int offset, int buckets, int farthest) {
    int half = buckets / 2;
    int single = half / 2;
    int distance = Math.abs(offset);
    int own = distance;
    if (distance >= single) {
      float grown = (float) Math.log((float) distance / single);
      float all = (float) Math.log((double) farthest / single);
      own = Math.min(single + (int) (grown / all * (half - single)), half - 1);
    }
    return offset > 0 ? half + own : own;
  }
}
