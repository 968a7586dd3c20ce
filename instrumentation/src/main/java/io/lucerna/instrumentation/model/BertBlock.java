package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One block of BERT (Devlin et al. 2019): self-attention and MLP, each followed by its sum with the
 * input and a LayerNorm.
 *
 * <p>In shapes B is the batch, S the longest text, H the residual width, N the heads, D the width
 * of a head, M the MLP's width.
 *
 * @param qkv queries, keys and values in one product [3H, H]
 * @param query the first third of it, a view [H, H]
 * @param key the second third, a view [H, H]
 * @param value the last third, a view [H, H]
 * @param output the attention's output projection [H, H]
 * @param outputPerHead a view of the same weight, each head's own map [N, D, H]
 * @param attentionNorm the LayerNorm after the attention's sum
 * @param up the MLP's first map [M, H]
 * @param down the MLP's second map [H, M]
 * @param mlpNorm the LayerNorm after the MLP's sum
 * @param work counts floating-point operations of matrix products
 */
record BertBlock(
    int layer,
    ModelConfig config,
    Linear qkv,
    Linear query,
    Linear key,
    Linear value,
    Linear output,
    NDArray outputPerHead,
    Norm attentionNorm,
    Linear up,
    Linear down,
    Norm mlpNorm,
    LongAdder work) {

  static BertBlock load(int layer, ModelConfig config, Weights weights) {
    String at = "encoder.layer." + layer + ".";
    long h = config.width();
    long m = config.mlpWidth();
    List<String> names =
        List.of(
            at + "attention.self.query.", at + "attention.self.key.", at + "attention.self.value.");
    Linear qkv =
        new Linear(
            weights.stacked(names.stream().map(n -> n + "weight").toList(), h, h),
            weights.stacked(names.stream().map(n -> n + "bias").toList(), h),
            weights.work());
    Linear output = linear(weights, at + "attention.output.dense", h, h);
    NDArray perHead =
        output.weight().reshape(h, config.heads(), config.headWidth()).transpose(1, 2, 0);
    return new BertBlock(
        layer,
        config,
        qkv,
        qkv.rows(0, h),
        qkv.rows(h, 2 * h),
        qkv.rows(2 * h, 3 * h),
        output,
        perHead,
        norm(weights, at + "attention.output.LayerNorm", config),
        linear(weights, at + "intermediate.dense", m, h),
        linear(weights, at + "output.dense", h, m),
        norm(weights, at + "output.LayerNorm", config),
        weights.work());
  }

  static Linear linear(Weights weights, String name, long out, long in) {
    return new Linear(
        weights.body(name + ".weight", out, in), weights.body(name + ".bias", out), weights.work());
  }

  static Norm norm(Weights weights, String name, ModelConfig config) {
    return new Norm(
        weights.body(name + ".weight", config.width()),
        weights.body(name + ".bias", config.width()),
        config.layerNormEpsilon());
  }

  /**
   * The block's forward pass. Large intermediates are closed as soon as they are dead, so that the
   * next one reuses their pages.
   *
   * @param input [B, S, H], attached to the layer's scope
   * @param mask [B, 1, 1, S], 0 or the lowest number; null where nothing is padded
   * @return [B, S, H], in the scope of the input
   */
  NDArray forward(NDArray input, @Nullable NDArray mask, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.RESID_PRE, layer, input); // [B, S, H]
    return afterAttention(pre, attention(qkv.apply(pre), mask, hooks), hooks);
  }

  /**
   * The same where only the first token's output is needed.
   *
   * @return [B, R, H], the first token and perhaps a few more
   */
  NDArray forwardFirst(NDArray input, @Nullable NDArray mask, BoundHooks hooks) {
    if (query.large()) {
      return withoutKeysAndValues(input, mask, hooks);
    }
    NDArray first = input.get(":, :" + Linear.FEWEST_ROWS); // [B, R, H]
    NDArray mixed = mix(query.apply(first), key.apply(input), value.apply(input), mask, hooks);
    return afterAttention(first, output.apply(mixed), hooks);
  }

  /**
   * Keys and values are never computed: a score is (q W_k) x instead of q (W_k x), and z is W_v
   * (sum of a x) instead of the sum of a (W_v x). The keys' bias adds the same to all scores and is
   * left out. Small models, where there is nothing to save, keep the kernels of a plain pass.
   *
   * @return [B, 1, H]
   */
  private NDArray withoutKeysAndValues(NDArray input, @Nullable NDArray mask, BoundHooks hooks) {
    long n = config.heads();
    long d = config.headWidth();
    long h = config.width();
    NDManager scope = input.getManager();
    NDArray keyMaps = key.weight().reshape(1, n, d, h);
    NDArray valueMaps = value.weight().reshape(1, n, d, h);
    NDArray valueBias = value.bias().reshape(1, 1, h);
    for (NDArray view : List.of(keyMaps, valueMaps, valueBias)) {
      view.attach(scope);
    }
    NDArray first = input.get(":, :1"); // [B, 1, H]
    NDArray q = heads(query.apply(first)).transpose(0, 2, 1, 3); // [B, N, 1, D]
    NDArray wanted = q.mul(1 / Math.sqrt(d)).matMul(keyMaps).squeeze(2); // [B, N, H]
    NDArray scores = wanted.matMul(input.transpose(0, 2, 1)); // [B, N, S]
    if (mask != null) {
      scores.addi(mask.squeeze(2));
    }
    NDArray seen = scores.softmax(2).matMul(input).expandDims(2); // [B, N, 1, H]
    NDArray z = seen.matMul(valueMaps.transpose(0, 1, 3, 2)); // [B, N, 1, D]
    NDArray joined = z.reshape(z.getShape().get(0), 1, h).addi(valueBias); // [B, 1, H]
    work.add(4 * scores.size() * h + 4 * first.size() * h);
    return afterAttention(first, output.apply(joined), hooks);
  }

  /**
   * From projected queries, keys and values [B, S, 3H] to the attention output [B, S, H]. Closes
   * {@code projected}.
   */
  NDArray attention(NDArray projected, @Nullable NDArray mask, BoundHooks hooks) {
    NDManager outer = projected.getManager();
    try (NDManager scope = outer.newSubManager()) { // frees the views of these large arrays too
      projected.attach(scope);
      NDList parts = projected.split(3, 2); // 3 x [B, S, H]
      NDArray joined = mix(parts.get(0), parts.get(1), parts.get(2), mask, hooks); // [B, S, H]
      NDArray out = attnOut(joined, hooks);
      out.attach(outer);
      return out;
    }
  }

  /** From z of all heads side by side to the attention output, both [B, S, H]. */
  private NDArray attnOut(NDArray joined, BoundHooks hooks) {
    NDArray out = output.apply(joined); // [B, S, H]
    if (hooks.wants(Site.RESULT, layer)) {
      out = viaHeadResults(joined, out, hooks);
    }
    return hooks.at(Site.ATTN_OUT, layer, out);
  }

  /**
   * The block from z on, where a pass without hooks below has computed what comes before.
   *
   * @param pre the block's input [B, S, H]
   * @param z [B, S, N, D], in the scope of the result
   * @return [B, S, H]
   */
  NDArray fromZ(NDArray pre, NDArray z, BoundHooks hooks) {
    return afterAttention(pre, attnOut(joined(hooks.at(Site.Z, layer, z)), hooks), hooks);
  }

  /**
   * The block from the MLP's output on. Closes {@code mlpOut}.
   *
   * @param normalizedMid what the MLP read [B, S, H]
   * @param mlpOut the MLP's output [B, S, H], in the scope of the result
   * @return [B, S, H]
   */
  NDArray fromMlpOut(NDArray normalizedMid, NDArray mlpOut, BoundHooks hooks) {
    return afterMlp(normalizedMid, hooks.at(Site.MLP_OUT, layer, mlpOut), hooks);
  }

  /**
   * Mixes values by attention (Vaswani et al. 2017, section 3.2.1).
   *
   * @param queries [B, Q, H]
   * @param keys [B, S, H]
   * @param values [B, S, H]
   * @return z of all heads side by side, [B, Q, H]
   */
  NDArray mix(
      NDArray queries, NDArray keys, NDArray values, @Nullable NDArray mask, BoundHooks hooks) {
    NDArray q = hooks.at(Site.Q, layer, heads(queries)); // [B, Q, N, D]
    NDArray k = hooks.at(Site.K, layer, heads(keys)); // [B, S, N, D]
    NDArray v = hooks.at(Site.V, layer, heads(values)); // [B, S, N, D]
    NDArray scaled = q.mul(1 / Math.sqrt(config.headWidth())); // [B, Q, N, D]
    NDArray scores = scaled.transpose(0, 2, 1, 3).matMul(k.transpose(0, 2, 3, 1)); // [B, N, Q, S]
    scaled.close();
    work.add(2 * scores.size() * config.headWidth());
    if (mask != null) {
      scores.addi(mask);
    }
    scores = hooks.at(Site.ATTN_SCORES, layer, scores);
    NDArray pattern = hooks.at(Site.PATTERN, layer, scores.softmax(3)); // [B, N, Q, S]
    scores.close();
    NDArray mixed = pattern.matMul(v.transpose(0, 2, 1, 3)); // [B, N, Q, D]
    pattern.close();
    NDArray z = hooks.at(Site.Z, layer, mixed.transpose(0, 2, 1, 3)); // [B, Q, N, D]
    NDArray joined = joined(z);
    mixed.close();
    return joined;
  }

  /** [B, Q, N, D] to [B, Q, H]. */
  private NDArray joined(NDArray z) {
    return z.reshape(z.getShape().get(0), z.getShape().get(1), config.width());
  }

  private NDArray heads(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), config.heads(), config.headWidth());
  }

  /**
   * Adds to the attention output what hooks change in the single heads' results: nothing, bit for
   * bit, if they change nothing.
   */
  private NDArray viaHeadResults(NDArray joined, NDArray out, BoundHooks hooks) {
    NDArray result =
        heads(joined)
            .expandDims(3)
            .matMul(outputPerHead)
            .squeeze(3); // [B, S, N, 1, D] x [N, D, H] -> [B, S, N, H]
    NDArray replaced = hooks.at(Site.RESULT, layer, result);
    return replaced == result ? out : out.add(replaced.sub(result).sum(new int[] {2}));
  }

  /**
   * The rest of the block after the attention. Each position is computed by itself, so any of them
   * can be given alone. Closes {@code attnOut}.
   *
   * @param pre the block's input [B, S, H]
   * @param attnOut the attention output [B, S, H]
   */
  NDArray afterAttention(NDArray pre, NDArray attnOut, BoundHooks hooks) {
    NDArray mid = hooks.at(Site.RESID_MID, layer, attnOut.add(pre)); // [B, S, H]
    attnOut.close();
    NDArray normalizedMid =
        hooks.at(Site.NORMALIZED_RESID_MID, layer, attentionNorm.apply(mid)); // [B, S, H]
    mid.close();
    NDArray out = fromMlpOut(normalizedMid, mlp(normalizedMid, hooks), hooks);
    normalizedMid.close();
    return out;
  }

  /**
   * The end of the block. Closes {@code mlpOut}.
   *
   * @param normalizedMid what the MLP read [B, S, H]
   * @param mlpOut the MLP's output [B, S, H]
   */
  NDArray afterMlp(NDArray normalizedMid, NDArray mlpOut, BoundHooks hooks) {
    NDArray post = hooks.at(Site.RESID_POST, layer, mlpOut.add(normalizedMid)); // [B, S, H]
    mlpOut.close();
    NDArray normalizedPost = mlpNorm.apply(post); // [B, S, H]
    post.close();
    return hooks.at(Site.NORMALIZED_RESID_POST, layer, normalizedPost);
  }

  private NDArray mlp(NDArray input, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.MLP_PRE, layer, up.apply(input)); // [B, S, M]
    NDArray post = hooks.at(Site.MLP_POST, layer, config.activation().apply(pre));
    pre.close();
    NDArray out = down.apply(post); // [B, S, H]
    post.close();
    return out;
  }
}
