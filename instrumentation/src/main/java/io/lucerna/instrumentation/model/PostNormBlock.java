package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * A block as in the first transformers (Vaswani et al. 2017; BERT, Devlin et al. 2019): attention
 * and MLP are each followed by the sum with their input, and a norm of that.
 *
 * @param layer the block's number
 * @param kind the number of its kind of attention
 * @param attention the attention
 * @param attentionNorm the norm after the attention's sum
 * @param mlp the MLP
 * @param mlpNorm the norm after the MLP's sum
 */
record PostNormBlock(
    int layer, int kind, Attention attention, Norm attentionNorm, Mlp mlp, Norm mlpNorm)
    implements Block {

  @Override
  public List<Site> sites() {
    List<Site> sites = new ArrayList<>();
    sites.add(Site.RESID_PRE);
    sites.addAll(attention.sites());
    sites.addAll(List.of(Site.ATTN_OUT, Site.RESID_MID, Site.NORMALIZED_RESID_MID));
    sites.addAll(mlp.sites());
    sites.addAll(List.of(Site.MLP_OUT, Site.RESID_POST, Site.NORMALIZED_RESID_POST));
    return sites;
  }

  @Override
  public NDArray forward(NDArray input, Places places, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.RESID_PRE, layer, input); // [B, S, H]
    return afterAttention(pre, attend(pre, places, hooks), hooks);
  }

  /** What attention adds to the block's input [B, S, H], in its scope. */
  NDArray attend(NDArray pre, Places places, BoundHooks hooks) {
    NDManager outer = pre.getManager();
    try (NDManager scope = outer.newSubManager()) {
      NDArray projected = attention.project(pre); // [B, S, (N + 2K) D]
      projected.attach(scope);
      NDArray joined = attention.mix(projected, places, hooks); // [B, S, N D]
      NDArray out = attnOut(joined, hooks);
      out.attach(outer);
      return out;
    }
  }

  /** From z of all heads side by side, with hooks. */
  NDArray attnOut(NDArray joined, BoundHooks hooks) {
    return hooks.at(Site.ATTN_OUT, layer, attention.out(joined, hooks));
  }

  @Override
  public NDArray attentionInput(NDArray input) {
    return input;
  }

  @Override
  public NDArray attnOut(NDArray joined) {
    return attention.out(joined);
  }

  @Override
  public NDArray afterAttention(NDArray pre, NDArray attnOut, BoundHooks hooks) {
    return hooks.at(Site.NORMALIZED_RESID_POST, layer, lastNorm(pre, attnOut, hooks));
  }

  /** The same up to the last norm, without the hook of what leaves the block. */
  NDArray lastNorm(NDArray pre, NDArray attnOut, BoundHooks hooks) {
    NDArray mid = hooks.at(Site.RESID_MID, layer, attnOut.add(pre)); // [B, S, H]
    attnOut.close();
    NDArray normalizedMid =
        hooks.at(Site.NORMALIZED_RESID_MID, layer, attentionNorm.apply(mid)); // [B, S, H]
    mid.close();
    NDArray mlpOut = hooks.at(Site.MLP_OUT, layer, mlp.apply(normalizedMid, hooks));
    NDArray out = summed(normalizedMid, mlpOut, hooks);
    normalizedMid.close();
    return out;
  }

  @Override
  public Site besideMlp() {
    return Site.NORMALIZED_RESID_MID;
  }

  @Override
  public NDArray mlpOut(NDArray hidden) {
    return mlp.down().apply(hidden);
  }

  @Override
  public NDArray afterMlp(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    return hooks.at(Site.NORMALIZED_RESID_POST, layer, summed(beside, mlpOut, hooks));
  }

  private NDArray summed(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    NDArray post = hooks.at(Site.RESID_POST, layer, mlpOut.add(beside)); // [B, S, H]
    mlpOut.close();
    NDArray normalizedPost = mlpNorm.apply(post); // [B, S, H]
    post.close();
    return normalizedPost;
  }

  @Override
  public Site out() {
    return Site.NORMALIZED_RESID_POST;
  }

  @Override
  public NDArray fromZ(NDArray pre, NDArray z, BoundHooks hooks) {
    NDArray joined = attention.joined(hooks.at(Site.Z, layer, z));
    return afterAttention(pre, attnOut(joined, hooks), hooks);
  }

  @Override
  public NDArray fromMlpOut(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    return afterMlp(beside, hooks.at(Site.MLP_OUT, layer, mlpOut), hooks);
  }
}
