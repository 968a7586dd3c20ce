package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.config.ModelConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa's attention (He et al. 2021, section 3.1): to the products of queries and keys it adds
 * those of queries and relative positions, and of relative positions and keys.
 *
 * <p>In shapes P is the rows of the table of relative positions, R those that a text needs.
 */
public final class DisentangledAttention extends Attention {
  private final double scale;
  private final RelativeBuckets buckets;
  private final @Nullable NDArray keys;
  private final @Nullable NDArray queries;

  /**
   * Attention of one layer.
   *
   * @param config the sizes
   * @param scale what scores are multiplied by
   * @param qkv queries, keys and values in one product [3 N D, H]
   * @param output the output projection [H, N D]
   * @param buckets which row a distance has
   * @param keys relative positions as keys [N, P, D]; null where queries do not see them
   * @param queries relative positions as queries [N, P, D]; null where they do not see keys
   */
  public DisentangledAttention(
      int layer,
      ModelConfig config,
      double scale,
      Linear qkv,
      Linear output,
      RelativeBuckets buckets,
      @Nullable NDArray keys,
      @Nullable NDArray queries) {
    super(layer, config, scale, qkv, output);
    this.scale = scale;
    this.buckets = buckets;
    this.keys = keys;
    this.queries = queries;
  }

  @Override
  public boolean plain() {
    return false;
  }

  @Override
  NDArray scores(NDArray q, NDArray k, Places places, Pass pass) {
    NDArray scores = super.scores(q, k, places, pass); // [B, N, Q, S]
    NDArray rows = Objects.requireNonNull(places.relative()).get(":" + q.getShape().get(1));
    if (keys != null) {
      try (NDArray seen = seen(q, keys, rows, pass)) {
        scores = pass.kernels().plus(scores, seen);
      }
    }
    if (queries != null) {
      try (NDArray ofKey = rows.transpose(); // [S, Q]
          NDArray seen = seen(k, queries, ofKey, pass); // [B, N, S, Q]
          NDArray turned = seen.transpose(0, 1, 3, 2)) {
        scores = pass.kernels().plus(scores, turned);
      }
    }
    rows.close();
    return scores;
  }

  /**
   * Products with the relative position of each other place.
   *
   * @param x queries or keys [B, X, N, D]
   * @param table [N, P, D]
   * @param rows [X, Y]
   * @return [B, N, X, Y]
   */
  private NDArray seen(NDArray x, NDArray table, NDArray rows, Pass pass) {
    int positions = (int) Math.max(rows.getShape().get(0), rows.getShape().get(1));
    String needed = ":, " + buckets.first(positions) + ":" + buckets.end(positions);
    Shape shape = x.getShape();
    Shape wanted = new Shape(shape.get(0), shape.get(2), shape.get(1), rows.getShape().get(1));
    try (NDArray scaled = pass.kernels().scaled(x, scale);
        NDArray byHead = scaled.transpose(0, 2, 1, 3); // [B, N, X, D]
        NDArray some = table.get(needed); // [N, R, D]
        NDArray columns = some.transpose(0, 2, 1);
        NDArray all = byHead.matMul(columns); // [B, N, X, R]
        NDArray index = rows.broadcast(wanted)) {
      count(2 * all.size() * headWidth());
      return all.gather(index, 3);
    }
  }
}
