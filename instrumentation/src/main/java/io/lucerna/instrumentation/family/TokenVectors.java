package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ColBERT: a vector of length 1 for each token (Khattab and Zaharia 2020, section 3.2). All tokens
 * of a query have one, the masks that fill it up included; a passage's skipped tokens have none in
 * the output.
 *
 * @param projection to the vectors' width [W, H]
 * @param skipped the token ids that have no vector in a passage's output
 */
record TokenVectors(Linear projection, Set<Long> skipped) implements OutputHead {
  /** A shorter vector is divided by this instead of its length. */
  private static final double SHORTEST = 1e-12;

  /** Loads the projection, which has no bias, and is as wide as it is stored. */
  static TokenVectors load(Loading loading, String name, long width) {
    Weights weights = loading.weights();
    long[] stored = loading.checkpoint().shape(name);
    long rows = stored.length == 0 ? 0 : stored[0];
    Linear map = new Linear(weights.head(name, rows, width), weights.zeros(rows), weights.work());
    return new TokenVectors(map, loading.output().skipped());
  }

  @Override
  public NDArray apply(NDArray hidden, Pass pass) {
    try (NDArray mapped = projection.apply(hidden, pass); // [B, S, W]
        NDArray length = pass.kernels().constant(() -> length(mapped, pass))) {
      return pass.at(Site.TOKEN_VECTORS, mapped.div(length)); // [B, S, W]
    }
  }

  /** [B, S, W] -> [B, S, 1]. */
  private static NDArray length(NDArray mapped, Pass pass) {
    try (NDArray squares = mapped.square();
        NDArray sum = squares.sum(new int[] {2}, true);
        NDArray root = sum.sqrt()) {
      return pass.kernels().atLeast(root, SHORTEST);
    }
  }

  @Override
  public List<HookPoint> points() {
    return List.of(HookPoint.of(Site.TOKEN_VECTORS));
  }

  @Override
  public int outputs() {
    return (int) projection.bias().getShape().get(0);
  }

  @Override
  public Map<String, Integer> sizes() {
    return Map.of("d_vector", outputs());
  }

  @Override
  public boolean readsFirstOnly() {
    return false;
  }

  private boolean counts(TokenBatch batch, long id) {
    return batch.side() == Side.QUERY || !skipped.contains(id);
  }

  @Override
  public NDArray slopes(float[][] rows, NDArray output, TokenBatch batch) {
    int width = outputs();
    float[] flat = new float[(int) output.size()];
    for (int row = 0; row < batch.size(); row++) {
      long[] ids = batch.sequences().get(row).ids();
      int kept = (int) Arrays.stream(ids).filter(id -> counts(batch, id)).count() * width;
      OutputHead.requireLength(row, rows[row].length, kept);
      int from = 0;
      for (int i = 0; i < ids.length; i++) {
        if (counts(batch, ids[i])) {
          int at = (row * batch.width() + i) * width;
          System.arraycopy(rows[row], from, flat, at, width);
          from += width;
        }
      }
    }
    return output.getManager().create(flat, output.getShape()).toType(output.getDataType(), false);
  }

  /** The vectors of each text's own tokens, one after the other. */
  @Override
  public float[][] rows(NDArray output, TokenBatch batch) {
    float[] flat = output.toType(DataType.FLOAT32, false).toFloatArray();
    int width = outputs();
    float[][] rows = new float[batch.size()][];
    for (int row = 0; row < rows.length; row++) {
      long[] ids = batch.sequences().get(row).ids();
      float[] own = new float[ids.length * width];
      int kept = 0;
      for (int i = 0; i < ids.length; i++) {
        if (counts(batch, ids[i])) {
          int at = (row * batch.width() + i) * width;
          System.arraycopy(flat, at, own, kept, width);
          kept += width;
        }
      }
      rows[row] = Arrays.copyOf(own, kept);
    }
    return rows;
  }
}
