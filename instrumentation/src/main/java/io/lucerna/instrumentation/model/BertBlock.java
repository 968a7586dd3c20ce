package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block of BERT (Devlin et al. 2019): self-attention and MLP, each followed by its sum with the
 * input and a LayerNorm.
 *
 * <p>In shapes B is the batch, S the longest text, H the residual width, N the heads, D the width
 * of a head, M the MLP's width.
 *
 * @param qkv queries, keys and values in one product [3H, H]
 * @param output the attention's output projection [H, H]
 * @param outputPerHead a view of the same weight, each head's own map [N, D, H]
 * @param attentionNorm the LayerNorm after the attention's sum
 * @param up the MLP's first map [M, H]
 * @param down the MLP's second map [H, M]
 * @param mlpNorm the LayerNorm after the MLP's sum
 */
record BertBlock(
    int layer,
    ModelConfig config,
    Linear qkv,
    Linear output,
    NDArray outputPerHead,
    Norm attentionNorm,
    Linear up,
    Linear down,
    Norm mlpNorm) {

  static BertBlock load(int layer, ModelConfig config, Weights weights) {
    String at = "encoder.layer." + layer + ".";
    long h = config.width();
    long m = config.mlpWidth();
    List<String> qkv =
        List.of(
            at + "attention.self.query.", at + "attention.self.key.", at + "attention.self.value.");
    Linear output = linear(weights, at + "attention.output.dense", h, h);
    NDArray perHead =
        output.weight().reshape(h, config.heads(), config.headWidth()).transpose(1, 2, 0);
    return new BertBlock(
        layer,
        config,
        new Linear(
            weights.stacked(qkv.stream().map(n -> n + "weight").toList(), h, h),
            weights.stacked(qkv.stream().map(n -> n + "bias").toList(), h)),
        output,
        perHead,
        norm(weights, at + "attention.output.LayerNorm", config),
        linear(weights, at + "intermediate.dense", m, h),
        linear(weights, at + "output.dense", h, m),
        norm(weights, at + "output.LayerNorm", config));
  }

  static Linear linear(Weights weights, String name, long out, long in) {
    return new Linear(weights.body(name + ".weight", out, in), weights.body(name + ".bias", out));
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
  NDArray forward(NDArray input, @Nullable NDArray mask, TokenBatch batch, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.RESID_PRE, layer, batch, input); // [B, S, H]
    NDArray attnOut = hooks.at(Site.ATTN_OUT, layer, batch, attention(pre, mask, batch, hooks));
    NDArray mid = hooks.at(Site.RESID_MID, layer, batch, pre.add(attnOut)); // [B, S, H]
    attnOut.close();
    NDArray normalizedMid =
        hooks.at(Site.NORMALIZED_RESID_MID, layer, batch, attentionNorm.apply(mid)); // [B, S, H]
    mid.close();
    NDArray mlpOut = hooks.at(Site.MLP_OUT, layer, batch, mlp(normalizedMid, batch, hooks));
    NDArray post = hooks.at(Site.RESID_POST, layer, batch, normalizedMid.add(mlpOut)); // [B, S, H]
    mlpOut.close();
    normalizedMid.close();
    NDArray normalizedPost = mlpNorm.apply(post); // [B, S, H]
    post.close();
    return hooks.at(Site.NORMALIZED_RESID_POST, layer, batch, normalizedPost);
  }

  private NDArray attention(
      NDArray pre, @Nullable NDArray mask, TokenBatch batch, BoundHooks hooks) {
    long b = pre.getShape().get(0);
    long s = pre.getShape().get(1);
    long n = config.heads();
    long d = config.headWidth();
    NDArray projected = qkv.apply(pre); // [B, S, 3H]
    NDList parts = projected.split(3, 2); // 3 x [B, S, H]
    NDArray q = hooks.at(Site.Q, layer, batch, parts.get(0).reshape(b, s, n, d)); // [B, S, N, D]
    NDArray k = hooks.at(Site.K, layer, batch, parts.get(1).reshape(b, s, n, d)); // [B, S, N, D]
    NDArray v = hooks.at(Site.V, layer, batch, parts.get(2).reshape(b, s, n, d)); // [B, S, N, D]

    NDArray scaled = q.mul(1 / Math.sqrt(d)); // [B, S, N, D]
    NDArray scores = scaled.transpose(0, 2, 1, 3).matMul(k.transpose(0, 2, 3, 1)); // [B, N, S, S]
    scaled.close();
    if (mask != null) {
      scores.addi(mask);
    }
    scores = hooks.at(Site.ATTN_SCORES, layer, batch, scores);
    NDArray pattern = hooks.at(Site.PATTERN, layer, batch, scores.softmax(3)); // [B, N, S, S]
    scores.close();
    NDArray mixed = pattern.matMul(v.transpose(0, 2, 1, 3)); // [B, N, S, D]
    pattern.close();
    projected.close();
    NDArray z = hooks.at(Site.Z, layer, batch, mixed.transpose(0, 2, 1, 3)); // [B, S, N, D]
    NDArray joined = z.reshape(b, s, n * d); // [B, S, H]
    mixed.close();
    NDArray out = output.apply(joined); // [B, S, H]
    if (hooks.wants(Site.RESULT, layer)) {
      out = viaHeadResults(z, out, batch, hooks);
    }
    joined.close();
    return out;
  }

  /**
   * Adds to the attention output what hooks change in the single heads' results: nothing, bit for
   * bit, if they change nothing.
   */
  private NDArray viaHeadResults(NDArray z, NDArray out, TokenBatch batch, BoundHooks hooks) {
    NDArray result =
        z.expandDims(3)
            .matMul(outputPerHead)
            .squeeze(3); // [B, S, N, 1, D] x [N, D, H] -> [B, S, N, H]
    NDArray replaced = hooks.at(Site.RESULT, layer, batch, result);
    return replaced == result ? out : out.add(replaced.sub(result).sum(new int[] {2}));
  }

  private NDArray mlp(NDArray input, TokenBatch batch, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.MLP_PRE, layer, batch, up.apply(input)); // [B, S, M]
    NDArray post = hooks.at(Site.MLP_POST, layer, batch, config.activation().apply(pre));
    pre.close();
    NDArray out = down.apply(post); // [B, S, H]
    post.close();
    return out;
  }
}
