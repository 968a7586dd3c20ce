package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block whose attention and MLP read the residual stream through a norm (Xiong et al. 2020,
 * section 3), and add to it what they give, as it is or through another norm.
 *
 * @param layer the block's number
 * @param kind the number of its kind of attention
 * @param attentionNorm the norm before the attention; null where it reads the stream as it is
 * @param attention the attention
 * @param attentionOutNorm the norm of what attention gives; null where there is none
 * @param mlpNorm the norm before the MLP
 * @param mlp the MLP
 * @param mlpOutNorm the norm of what the MLP gives; null where there is none
 */
record PreNormBlock(
    int layer,
    int kind,
    @Nullable Norm attentionNorm,
    Attention attention,
    @Nullable Norm attentionOutNorm,
    Norm mlpNorm,
    Mlp mlp,
    @Nullable Norm mlpOutNorm)
    implements Block {

  @Override
  public List<Site> sites() {
    List<Site> sites = new ArrayList<>(List.of(Site.RESID_PRE, Site.NORMALIZED_RESID_PRE));
    sites.addAll(attention.sites());
    sites.addAll(List.of(Site.ATTN_OUT, Site.RESID_MID, Site.NORMALIZED_RESID_MID));
    sites.addAll(mlp.sites());
    sites.addAll(List.of(Site.MLP_OUT, Site.RESID_POST));
    return sites;
  }

  @Override
  public NDArray forward(NDArray input, Places places, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.RESID_PRE, layer, input); // [B, S, H]
    NDManager outer = pre.getManager();
    NDArray out;
    try (NDManager scope = outer.newSubManager()) {
      NDArray read = hooks.at(Site.NORMALIZED_RESID_PRE, layer, attentionInput(pre)); // [B, S, H]
      NDArray projected = attention.project(read); // [B, S, (N + 2K) D]
      projected.attach(scope);
      NDArray joined = attention.mix(projected, places, hooks); // [B, S, N D]
      out = attnOut(joined, hooks);
      out.attach(outer);
    }
    return afterAttention(pre, out, hooks);
  }

  private NDArray attnOut(NDArray joined, BoundHooks hooks) {
    NDArray out = normed(attentionOutNorm, attention.out(joined, hooks));
    return hooks.at(Site.ATTN_OUT, layer, out);
  }

  @Override
  public NDArray attentionInput(NDArray input) {
    return attentionNorm == null ? input.duplicate() : attentionNorm.apply(input);
  }

  @Override
  public NDArray attnOut(NDArray joined) {
    return normed(attentionOutNorm, attention.out(joined));
  }

  /** Closes {@code x} if a norm replaces it. */
  private static NDArray normed(@Nullable Norm norm, NDArray x) {
    if (norm == null) {
      return x;
    }
    try (x) {
      return norm.apply(x);
    }
  }

  @Override
  public NDArray afterAttention(NDArray pre, NDArray attnOut, BoundHooks hooks) {
    NDArray mid = hooks.at(Site.RESID_MID, layer, attnOut.add(pre)); // [B, S, H]
    attnOut.close();
    NDArray read = hooks.at(Site.NORMALIZED_RESID_MID, layer, mlpNorm.apply(mid)); // [B, S, H]
    NDArray given = normed(mlpOutNorm, mlp.apply(read, hooks));
    read.close();
    NDArray out = fromMlpOut(mid, given, hooks);
    mid.close();
    return out;
  }

  @Override
  public Site besideMlp() {
    return Site.RESID_MID;
  }

  @Override
  public NDArray mlpOut(NDArray hidden) {
    return normed(mlpOutNorm, mlp.down().apply(hidden));
  }

  @Override
  public NDArray afterMlp(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    NDArray post = mlpOut.add(beside); // [B, S, H]
    mlpOut.close();
    return hooks.at(Site.RESID_POST, layer, post);
  }

  @Override
  public Site out() {
    return Site.RESID_POST;
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
