package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
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
public record PreNormBlock(
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
  public NDArray forward(NDArray input, Places places, Pass pass) {
    NDArray pre = pass.at(Site.RESID_PRE, layer, input); // [B, S, H]
    NDArray read = pass.at(Site.NORMALIZED_RESID_PRE, layer, attentionInput(pre, pass));
    NDArray z = attention.z(read, places, pass); // [B, S, N, D]
    pass.done(read);
    return fromZ(pre, z, pass);
  }

  @Override
  public NDArray fromZ(NDArray pre, NDArray z, Pass pass) {
    NDArray out = normed(attentionOutNorm, attention.out(z, pass), pass); // [B, S, H]
    return fromAttnOut(pre, pass.at(Site.ATTN_OUT, layer, out), pass);
  }

  @Override
  public NDArray fromAttnOut(NDArray pre, NDArray attnOut, Pass pass) {
    NDArray mid = pass.at(Site.RESID_MID, layer, pass.sum(attnOut, pre)); // [B, S, H]
    NDArray read = pass.at(Site.NORMALIZED_RESID_MID, layer, mlpNorm.apply(mid, pass));
    NDArray added = normed(mlpOutNorm, mlp.apply(read, pass), pass); // [B, S, H]
    pass.done(read);
    NDArray out = fromMlpOut(mid, added, pass);
    pass.done(mid);
    return out;
  }

  @Override
  public NDArray fromMlpOut(NDArray beside, NDArray mlpOut, Pass pass) {
    NDArray added = pass.at(Site.MLP_OUT, layer, mlpOut); // [B, S, H]
    return pass.at(Site.RESID_POST, layer, pass.sum(added, beside)); // [B, S, H]
  }

  private static NDArray normed(@Nullable Norm norm, NDArray spent, Pass pass) {
    if (norm == null) {
      return spent;
    }
    NDArray normed = norm.apply(spent, pass);
    pass.done(spent);
    return normed;
  }

  @Override
  public NDArray attentionInput(NDArray input, Pass pass) {
    return attentionNorm == null ? pass.kernels().copy(input) : attentionNorm.apply(input, pass);
  }

  @Override
  public NDArray attnOut(NDArray joined, Pass pass) {
    return normed(attentionOutNorm, attention.mapped(joined, pass), pass);
  }

  @Override
  public NDArray mlpOut(NDArray hidden, Pass pass) {
    return normed(mlpOutNorm, mlp.down().apply(hidden, pass), pass);
  }

  @Override
  public Site besideMlp() {
    return Site.RESID_MID;
  }

  @Override
  public Site out() {
    return Site.RESID_POST;
  }
}
