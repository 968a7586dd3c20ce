package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
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
public record PostNormBlock(
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
  public NDArray forward(NDArray input, Places places, Pass pass) {
    NDArray pre = pass.at(Site.RESID_PRE, layer, input); // [B, S, H]
    return fromZ(pre, attention.z(pre, places, pass), pass); // z [B, S, N, D]
  }

  @Override
  public NDArray fromZ(NDArray pre, NDArray z, Pass pass) {
    return fromAttnOut(pre, pass.at(Site.ATTN_OUT, layer, attention.out(z, pass)), pass);
  }

  @Override
  public NDArray fromAttnOut(NDArray pre, NDArray attnOut, Pass pass) {
    return pass.at(Site.NORMALIZED_RESID_POST, layer, lastNorm(pre, attnOut, pass));
  }

  /** The same up to the last norm, without the hook of what leaves the block. */
  NDArray lastNorm(NDArray pre, NDArray attnOut, Pass pass) {
    NDArray mid = pass.at(Site.RESID_MID, layer, pass.sum(attnOut, pre)); // [B, S, H]
    NDArray read = pass.at(Site.NORMALIZED_RESID_MID, layer, attentionNorm.apply(mid, pass));
    pass.done(mid);
    NDArray out = lastNormOfMlp(read, mlp.apply(read, pass), pass);
    pass.done(read);
    return out;
  }

  @Override
  public NDArray fromMlpOut(NDArray beside, NDArray mlpOut, Pass pass) {
    return pass.at(Site.NORMALIZED_RESID_POST, layer, lastNormOfMlp(beside, mlpOut, pass));
  }

  private NDArray lastNormOfMlp(NDArray beside, NDArray mlpOut, Pass pass) {
    NDArray added = pass.at(Site.MLP_OUT, layer, mlpOut); // [B, S, H]
    NDArray post = pass.at(Site.RESID_POST, layer, pass.sum(added, beside)); // [B, S, H]
    NDArray normed = mlpNorm.apply(post, pass); // [B, S, H]
    pass.done(post);
    return normed;
  }

  @Override
  public NDArray attentionInput(NDArray input, Pass pass) {
    return input;
  }

  @Override
  public NDArray attnOut(NDArray joined, Pass pass) {
    return attention.mapped(joined, pass);
  }

  @Override
  public NDArray mlpOut(NDArray hidden, Pass pass) {
    return mlp.down().apply(hidden, pass);
  }

  @Override
  public Site besideMlp() {
    return Site.NORMALIZED_RESID_MID;
  }

  @Override
  public Site out() {
    return Site.NORMALIZED_RESID_POST;
  }
}
