package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * A post-norm block with a parallel convolution, whose norm is the last of the block.
 *
 * @param block the block without it
 * @param convolution what runs in parallel
 */
public record ConvolvedBlock(PostNormBlock block, Convolution convolution) implements Block {

  @Override
  public List<Site> sites() {
    return block.sites();
  }

  @Override
  public int kind() {
    return block.kind();
  }

  @Override
  public Attention attention() {
    return block.attention();
  }

  @Override
  public NDArray forward(NDArray input, Places places, Pass pass) {
    NDArray pre = pass.at(Site.RESID_PRE, block.layer(), input); // [B, S, H]
    return fromZ(pre, attention().z(pre, places, pass), pass);
  }

  @Override
  public NDArray fromZ(NDArray pre, NDArray z, Pass pass) {
    return fromAttnOut(pre, pass.at(Site.ATTN_OUT, block.layer(), attention().out(z, pass)), pass);
  }

  @Override
  public NDArray fromAttnOut(NDArray pre, NDArray attnOut, Pass pass) {
    NDArray out = convolution.join(pre, block.lastNorm(pre, attnOut, pass), pass);
    return pass.at(Site.NORMALIZED_RESID_POST, block.layer(), out);
  }

  @Override
  public NDArray fromMlpOut(NDArray beside, NDArray mlpOut, Pass pass) {
    throw new IllegalStateException("a block with a convolution is not entered after its MLP");
  }

  @Override
  public NDArray attentionInput(NDArray input, Pass pass) {
    return block.attentionInput(input, pass);
  }

  @Override
  public NDArray attnOut(NDArray joined, Pass pass) {
    return block.attnOut(joined, pass);
  }

  @Override
  public NDArray mlpOut(NDArray hidden, Pass pass) {
    return block.mlpOut(hidden, pass);
  }

  @Override
  public Site besideMlp() {
    return block.besideMlp();
  }

  @Override
  public Site out() {
    return block.out();
  }

  /** The convolution reads a position's neighbours. */
  @Override
  public boolean byPosition() {
    return false;
  }
}
