package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * A post-norm block with a convolution beside it, whose norm is the last of the block.
 *
 * @param block the block without it
 * @param convolution what runs beside
 */
record ConvolvedBlock(PostNormBlock block, Convolution convolution) implements Block {

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
  public NDArray forward(NDArray input, Places places, BoundHooks hooks) {
    NDArray pre = hooks.at(Site.RESID_PRE, block.layer(), input); // [B, S, H]
    return afterAttention(pre, block.attend(pre, places, hooks), hooks);
  }

  @Override
  public NDArray attentionInput(NDArray input) {
    return block.attentionInput(input);
  }

  @Override
  public NDArray attnOut(NDArray joined) {
    return block.attnOut(joined);
  }

  @Override
  public NDArray afterAttention(NDArray pre, NDArray attnOut, BoundHooks hooks) {
    NDArray out = convolution.join(pre, block.lastNorm(pre, attnOut, hooks), hooks);
    return hooks.at(Site.NORMALIZED_RESID_POST, block.layer(), out);
  }

  /** The convolution reads a position's neighbours. */
  @Override
  public boolean byPosition() {
    return false;
  }

  @Override
  public Site besideMlp() {
    return block.besideMlp();
  }

  @Override
  public NDArray mlpOut(NDArray hidden) {
    return block.mlpOut(hidden);
  }

  @Override
  public NDArray afterMlp(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    throw entered();
  }

  @Override
  public Site out() {
    return block.out();
  }

  @Override
  public NDArray fromZ(NDArray pre, NDArray z, BoundHooks hooks) {
    NDArray joined = attention().joined(hooks.at(Site.Z, block.layer(), z));
    return afterAttention(pre, block.attnOut(joined, hooks), hooks);
  }

  @Override
  public NDArray fromMlpOut(NDArray beside, NDArray mlpOut, BoundHooks hooks) {
    throw entered();
  }

  private static IllegalStateException entered() {
    return new IllegalStateException("a block with a convolution is not entered after its MLP");
  }
}
