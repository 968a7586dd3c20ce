package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2). Positions enter through a mask that
 * is added to the scores; a subclass says where they enter otherwise.
 *
 * <p>In shapes B is the batch, S the longest text, Q the queries, which are the first of the S
 * positions, H the residual width, N the heads, K the heads of keys and values, D the width of a
 * head.
 */
public class Attention {
  /** How many attention scores there are at once where nobody looks at them: 4 MB. */
  private static final long SCORES = 1L << 20;

  private final int layer;
  private final int heads;
  private final int keyHeads;
  private final int width;
  private final double scale;
  private final Linear qkv;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final NDArray outputPerHead;

  /**
   * Attention of one layer.
   *
   * @param config the sizes
   * @param scale what scores are multiplied by
   * @param qkv queries, keys and values in one product [(N + 2K) D, H]
   * @param output the output projection [H, N D]
   */
  public Attention(int layer, ModelConfig config, double scale, Linear qkv, Linear output) {
    this.layer = layer;
    this.heads = config.heads();
    this.keyHeads = config.keyHeads();
    this.width = config.headWidth();
    this.scale = scale;
    this.qkv = qkv;
    this.output = output;
    long q = (long) heads * width;
    long k = (long) keyHeads * width;
    List<Linear> parts =
        qkv.large()
            ? List.of(qkv.rows(0, q), qkv.rows(q, q + k), qkv.rows(q + k, q + 2 * k))
            : qkv.split(q, k, k);
    query = parts.get(0);
    key = parts.get(1);
    value = parts.get(2);
    outputPerHead =
        output.weight().reshape(output.bias().size(), heads, width).transpose(1, 2, 0); // [N, D, H]
  }

  /** The sites of attention, in forward order. */
  List<Site> sites() {
    List<Site> sites = new ArrayList<>(List.of(Site.Q, Site.K, Site.V));
    if (rotates()) {
      sites.addAll(List.of(Site.ROT_Q, Site.ROT_K));
    }
    sites.addAll(List.of(Site.ATTN_SCORES, Site.PATTERN, Site.Z, Site.RESULT));
    return sites;
  }

  final int layer() {
    return layer;
  }

  /** N. */
  public final int heads() {
    return heads;
  }

  /** D. */
  public final int headWidth() {
    return width;
  }

  /** What scores are multiplied by. */
  public final double scale() {
    return scale;
  }

  /** The map to queries [N D, H]. */
  public final Linear query() {
    return query;
  }

  /** The map to keys [K D, H]. */
  public final Linear key() {
    return key;
  }

  /** The map to values [K D, H]. */
  public final Linear value() {
    return value;
  }

  /**
   * Whether scores are nothing but scaled products of queries and keys as they are projected, and
   * each head has its own keys and values.
   */
  public boolean plain() {
    return keyHeads == heads;
  }

  /** Whether queries and keys are changed before they meet, which makes two sites more. */
  boolean rotates() {
    return false;
  }

  /** Queries or keys [B, S, heads, D] as they meet each other. */
  NDArray placed(NDArray x, boolean ofQueries, Places places, Pass pass) {
    return x;
  }

  /**
   * Scores without the mask.
   *
   * @param q [B, Q, N, D]
   * @param k [B, S, N, D]
   * @return [B, N, Q, S]
   */
  NDArray scores(NDArray q, NDArray k, Places places, Pass pass) {
    return dot(q, k, scale, pass);
  }

  /**
   * Scaled products of queries and keys. A power of two scales the smaller array, which rounds
   * nothing; any other factor scales the products, as the references do.
   */
  final NDArray dot(NDArray q, NDArray k, double factor, Pass pass) {
    boolean exact = factor == Math.scalb(1, Math.getExponent(factor));
    NDArray scaled = exact && factor != 1 ? pass.kernels().scaled(q, factor) : q; // [B, Q, N, D]
    NDArray scores;
    try (NDArray asking = byHead(scaled);
        NDArray read = byHead(k);
        NDArray turned = read.transpose(0, 2, 1); // [B N, D, S]
        NDArray products = asking.matMul(turned)) {
      scores = products.reshape(q.getShape().get(0), heads, q.getShape().get(1), -1);
    }
    if (scaled != q) {
      scaled.close();
    }
    count(2 * scores.size() * width);
    return exact ? scores : pass.kernels().times(scores, factor);
  }

  /** Counts floating-point operations. */
  public final void count(long operations) {
    qkv.work().add(operations);
  }

  /** Queries, keys and values of rows [..., H], side by side: [..., (N + 2K) D]. */
  public final NDArray project(NDArray rows, Pass pass) {
    if (qkv.large() && pass.kernels().joinsMaps()) {
      return qkv.apply(rows, pass);
    }
    int axis = rows.getShape().dimension() - 1;
    try (NDArray q = query.apply(rows, pass);
        NDArray k = key.apply(rows, pass);
        NDArray v = value.apply(rows, pass)) {
      return q.concat(k, axis).concat(v, axis);
    }
  }

  /** Queries, keys and values apart, each [..., heads D]. */
  public final List<NDArray> split(NDArray projected) {
    int axis = projected.getShape().dimension() - 1;
    long q = (long) heads * width;
    long k = (long) keyHeads * width;
    return projected.split(new long[] {q, q + k}, axis);
  }

  /**
   * What the heads read of the texts.
   *
   * @param read what queries, keys and values are made of [B, S, H]
   * @return z [B, S, N, D], before its hooks
   */
  public final NDArray z(NDArray read, Places places, Pass pass) {
    return ofProjected(project(read, pass), places, pass);
  }

  /** The same from projected queries, keys and values [B, S, (N + 2K) D], which are spent. */
  public final NDArray ofProjected(NDArray projected, Places places, Pass pass) {
    return pass.step(
        projected, // its views are large too
        all -> {
          List<NDArray> parts = split(all);
          return z(parts.get(0), parts.get(1), parts.get(2), places, pass);
        });
  }

  /**
   * Mixes values by attention.
   *
   * @param queries [B, Q, N D]
   * @param keys [B, S, K D]
   * @param values [B, S, K D]
   * @return z [B, Q, N, D], before its hooks
   */
  public final NDArray z(NDArray queries, NDArray keys, NDArray values, Places places, Pass pass) {
    NDArray q = pass.at(Site.Q, layer, heads(queries, heads)); // [B, Q, N, D]
    NDArray k = pass.at(Site.K, layer, heads(keys, keyHeads)); // [B, S, K, D]
    NDArray v = shared(pass.at(Site.V, layer, heads(values, keyHeads))); // [B, S, N, D]
    if (rotates()) {
      q = pass.at(Site.ROT_Q, layer, placed(q, true, places, pass));
      k = pass.at(Site.ROT_K, layer, placed(k, false, places, pass));
    }
    boolean whole = pass.wants(Site.ATTN_SCORES, layer) || pass.wants(Site.PATTERN, layer);
    NDArray mixed = // [B, N, Q, D]
        whole || pass.kernels().constantsAreKnown()
            ? mixed(q, shared(k), v, places, pass)
            : inParts(q, shared(k), v, places, pass);
    return mixed.transpose(0, 2, 1, 3); // [B, Q, N, D]
  }

  /**
   * The same for some texts at a time: the scores of a whole batch of long texts would be the
   * largest arrays of the pass by far, and too large for the processor's cache.
   */
  private NDArray inParts(NDArray q, NDArray k, NDArray v, Places places, Pass pass) {
    long texts = q.getShape().get(0);
    long some = Math.max(1, SCORES / (heads * q.getShape().get(1) * k.getShape().get(1)));
    if (texts <= some || q.getDevice().isGpu()) {
      return mixed(q, k, v, places, pass);
    }
    NDList parts = new NDList();
    for (long from = 0; from < texts; from += some) {
      String rows = from + ":" + Math.min(texts, from + some);
      try (NDArray asking = q.get(rows);
          NDArray read = k.get(rows);
          NDArray values = v.get(rows)) {
        parts.add(mixed(asking, read, values, places.of(rows), pass));
      }
    }
    try (parts) {
      return NDArrays.concat(parts, 0);
    }
  }

  /** q, k, v [B, ., N, D] to [B, N, Q, D]. */
  private NDArray mixed(NDArray q, NDArray k, NDArray v, Places places, Pass pass) {
    NDArray weights = pass.kernels().constant(() -> weights(q, k, places, pass));
    NDArray pattern = pass.at(Site.PATTERN, layer, weights); // [B, N, Q, S]
    NDArray mixed = mixed(pattern, v); // [B, N, Q, D]
    pass.done(pattern);
    return mixed;
  }

  /** q, k [B, ., N, D] to [B, N, Q, S]. */
  private NDArray weights(NDArray q, NDArray k, Places places, Pass pass) {
    NDArray scores = scores(q, k, places, pass); // [B, N, Q, S]
    NDArray mask = places.mask(q.getShape().get(1));
    if (mask != null) {
      scores = pass.kernels().plus(scores, mask);
    }
    scores = pass.at(Site.ATTN_SCORES, layer, scores);
    NDArray weights = scores.softmax(3);
    pass.done(scores);
    return weights;
  }

  /**
   * Pattern [B, N, Q, S], or [1, N, Q, S] of all texts, and values [B, S, N, D] to [B, N, Q, D].
   */
  private NDArray mixed(NDArray pattern, NDArray v) {
    Shape shape = pattern.getShape();
    if (shape.get(0) < v.getShape().get(0)) {
      NDArray side = v.transpose(2, 1, 0, 3).reshape(heads, shape.get(3), -1); // [N, S, B D]
      NDArray sums = pattern.reshape(heads, shape.get(2), shape.get(3)).matMul(side); // [N, Q, B D]
      return sums.reshape(heads, shape.get(2), -1, width).transpose(2, 0, 1, 3);
    }
    try (NDArray weights = pattern.reshape(-1, shape.get(2), shape.get(3));
        NDArray read = byHead(v);
        NDArray sums = weights.matMul(read)) {
      return sums.reshape(shape.get(0), heads, shape.get(2), width);
    }
  }

  /**
   * [B, S, N, D] to [B N, S, D], copied in that order: a product of such arrays copies nothing, and
   * its own copies are slower.
   */
  private static NDArray byHead(NDArray x) {
    try (NDArray turned = x.transpose(0, 2, 1, 3)) {
      return turned.reshape(-1, x.getShape().get(1), x.getShape().get(3));
    }
  }

  /**
   * Attention from some rows to others, which may be of another sequence.
   *
   * @param asking what queries are made of [B, Q, H]
   * @param read what keys and values are made of [B, S, H]
   * @return z [B, Q, N, D], before its hooks
   */
  public final NDArray z(NDArray asking, NDArray read, Places places, Pass pass) {
    return z(
        query.apply(asking, pass), key.apply(read, pass), value.apply(read, pass), places, pass);
  }

  /** Keys or values [B, S, K, D], each for all the queries' heads that share it: [B, S, N, D]. */
  private NDArray shared(NDArray x) {
    return keyHeads == heads ? x : x.repeat(2, heads / keyHeads);
  }

  private NDArray heads(NDArray x, int count) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), count, width);
  }

  /** z of all heads side by side [..., N D] through the output projection: [..., H]. */
  final NDArray mapped(NDArray joined, Pass pass) {
    return output.apply(joined, pass);
  }

  /**
   * What attention gives, with the hooks of z and of the single heads' results.
   *
   * @param z [B, Q, N, D]; spent
   * @return [B, Q, H]
   */
  final NDArray out(NDArray z, Pass pass) {
    NDArray hooked = pass.at(Site.Z, layer, z);
    Shape shape = hooked.getShape();
    NDArray joined = hooked.reshape(shape.get(0), shape.get(1), (long) heads * width);
    pass.done(hooked);
    NDArray out = mapped(joined, pass); // [B, Q, H]
    NDArray whole = pass.wants(Site.RESULT, layer) ? viaHeadResults(joined, out, pass) : out;
    pass.done(joined);
    return whole;
  }

  /**
   * Adds to the attention output what hooks change in the single heads' results: nothing, bit for
   * bit, if they change nothing.
   */
  private NDArray viaHeadResults(NDArray joined, NDArray out, Pass pass) {
    NDArray result =
        heads(joined, heads)
            .expandDims(3)
            .matMul(outputPerHead)
            .squeeze(3); // [B, S, N, 1, D] x [N, D, H] -> [B, S, N, H]
    NDArray replaced = pass.at(Site.RESULT, layer, result);
    return replaced == result ? out : out.add(replaced.sub(result).sum(new int[] {2}));
  }
}
