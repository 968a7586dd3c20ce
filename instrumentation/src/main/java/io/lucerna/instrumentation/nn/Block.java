package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * One block of a transformer: attention and an MLP, each added to the residual stream. It is
 * written as four tails of one computation, each the end of the one before, so that a pass can
 * enter it wherever what comes before is known.
 *
 * <p>In shapes B is the batch, S the longest text, N the heads, D the width of a head, H the
 * residual width, M the MLP's width. What works on each position by itself takes any of them alone.
 */
public interface Block {
  /** The sites that this block has, in forward order. */
  List<Site> sites();

  /** The number of its kind of attention in the places that a network makes for a batch. */
  int kind();

  /** Its attention. */
  Attention attention();

  /**
   * The whole block.
   *
   * @param input [B, S, H], attached to the layer's scope
   * @return [B, S, H], in the scope of the input
   */
  NDArray forward(NDArray input, Places places, Pass pass);

  /**
   * The block from z on.
   *
   * @param pre the block's input [B, S, H]
   * @param z what the heads read [B, S, N, D], in the scope of the result; spent
   */
  NDArray fromZ(NDArray pre, NDArray z, Pass pass);

  /**
   * The block from its attention's output on.
   *
   * @param pre the block's input [B, S, H]
   * @param attnOut what attention adds to it [B, S, H], in the scope of the result; spent
   */
  NDArray fromAttnOut(NDArray pre, NDArray attnOut, Pass pass);

  /**
   * The block from its MLP's output on.
   *
   * @param beside the activation at {@link #besideMlp} [B, S, H]
   * @param mlpOut what the MLP adds to it [B, S, H], in the scope of the result; spent
   */
  NDArray fromMlpOut(NDArray beside, NDArray mlpOut, Pass pass);

  /** What the attention reads of the block's input, [..., H] each; without hooks. */
  NDArray attentionInput(NDArray input, Pass pass);

  /** From z of all heads side by side [..., N D] to what attention adds to the stream. */
  NDArray attnOut(NDArray joined, Pass pass);

  /** From the MLP's hidden layer [..., M] to what it adds to the stream, without hooks. */
  NDArray mlpOut(NDArray hidden, Pass pass);

  /** The site whose activation the MLP's output is added to. */
  Site besideMlp();

  /** The site of what leaves the block. */
  Site out();

  /**
   * Whether all that follows the attention works on each position by itself, and what follows the
   * MLP needs nothing of the block's input. Where not, no single positions are carried through this
   * block, and a pass is not entered at its MLP's output.
   */
  default boolean byPosition() {
    return true;
  }
}
