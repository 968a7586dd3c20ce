package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * One block of a transformer: attention and an MLP, each added to the residual stream. It can be
 * entered in the middle, where what comes before is known.
 *
 * <p>In shapes B is the batch, S the longest text, H the residual width, M the MLP's width. What
 * works on each position by itself takes any of them alone.
 */
interface Block {
  /** The sites that this block has, in forward order. */
  List<Site> sites();

  /** The number of its kind of attention in {@link Network#places}. */
  int kind();

  /** Its attention. */
  Attention attention();

  /**
   * The whole block. Large intermediates are closed as soon as they are dead, so that the next one
   * reuses their pages.
   *
   * @param input [B, S, H], attached to the layer's scope
   * @return [B, S, H], in the scope of the input
   */
  NDArray forward(NDArray input, Places places, BoundHooks hooks);

  /** What the attention reads of the block's input, [..., H] each; without hooks. */
  NDArray attentionInput(NDArray input);

  /** From z of all heads side by side to what attention adds to the stream, without hooks. */
  NDArray attnOut(NDArray joined);

  /**
   * The rest of the block after the attention. Closes {@code attnOut}.
   *
   * @param pre the block's input [B, S, H]
   * @param attnOut what attention adds [B, S, H]
   */
  NDArray afterAttention(NDArray pre, NDArray attnOut, BoundHooks hooks);

  /** The site whose activation the MLP's output is added to. */
  Site besideMlp();

  /**
   * Whether all that follows the attention works on each position by itself, and what follows the
   * MLP needs nothing of the block's input. Where not, no single positions are carried through this
   * block, and a pass is not entered at its MLP's output.
   */
  default boolean byPosition() {
    return true;
  }

  /** From the MLP's hidden layer [..., M] to what it adds to the stream, without hooks. */
  NDArray mlpOut(NDArray hidden);

  /**
   * The end of the block. Closes {@code mlpOut}.
   *
   * @param beside the activation at {@link #besideMlp} [B, S, H]
   * @param mlpOut what the MLP adds [B, S, H]
   */
  NDArray afterMlp(NDArray beside, NDArray mlpOut, BoundHooks hooks);

  /** The site of what leaves the block. */
  Site out();

  /**
   * The block from z on.
   *
   * @param pre the block's input [B, S, H]
   * @param z [B, S, N, D], in the scope of the result
   */
  NDArray fromZ(NDArray pre, NDArray z, BoundHooks hooks);

  /** The block from the MLP's output on; closes {@code mlpOut}. */
  NDArray fromMlpOut(NDArray beside, NDArray mlpOut, BoundHooks hooks);
}
