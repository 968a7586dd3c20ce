package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Activations of many inputs, recorded earlier: what a mean, a resample or a donor comes from.
 * Interventions read it from one thread at a time.
 */
public interface ActivationSource extends AutoCloseable {

  /** {@return the hash of all that was recorded, in hex; empty if nothing keeps it} */
  default Optional<String> sha256() {
    return Optional.empty();
  }

  /** {@return whether of each input the mean over positions was kept, in place of positions} */
  default boolean averaged() {
    return false;
  }

  /** {@return the ids of the recorded pairs, in the order of recording} */
  List<String> ids();

  /**
   * {@return the points that were recorded on this side; empty if no text of it was}
   *
   * @param side what the recorded texts are
   */
  Set<HookPoint> points(Side side);

  /**
   * {@return the tokens of one input, all of them, whether their activations were kept or not}
   *
   * @param id the pair's id, for a query that was read alone too
   * @param side what the recorded text is
   * @throws IllegalArgumentException if the id or the side was not recorded
   */
  List<Token> tokens(String id, Side side);

  /**
   * {@return what was kept of one point for one input}
   *
   * @param id the pair's id, for a query that was read alone too
   * @param side what the recorded text is
   * @param point a recorded point
   * @throws IllegalArgumentException if the id, the side or the point was not recorded; the message
   *     names what was
   */
  Slice get(String id, Side side, HookPoint point);

  /**
   * Activations at some positions of one input.
   *
   * @param positions the positions kept, in order; for a point without positions of the text (a
   *     pooled vector, logits, what a decoder computes at its one position) and for a mean over
   *     positions the single 0
   * @param shape the shape of {@code values}: first the kept positions, then the rest of the
   *     point's dimensions in the order of {@link
   *     io.lucerna.instrumentation.hooks.HookPoint#dimensions()} without batch and position; scores
   *     and patterns are kept as [position of the query, head, position of the key], where the
   *     decoder's one position attends, as [1, head, position of the key]
   * @param values the numbers, last dimension fastest
   */
  record Slice(int[] positions, long[] shape, float[] values) {
    /**
     * {@return one of the numbers}
     *
     * @param index its place in each dimension of the shape, outermost first, from 0
     * @throws IllegalArgumentException if there are more or fewer dimensions
     * @throws IndexOutOfBoundsException if a place is not within its dimension
     */
    public float at(int... index) {
      if (index.length != shape.length) {
        throw new IllegalArgumentException(
            "the shape is " + Arrays.toString(shape) + ", got the place " + Arrays.toString(index));
      }
      int at = 0;
      for (int i = 0; i < index.length; i++) {
        at = at * (int) shape[i] + Objects.checkIndex(index[i], (int) shape[i]);
      }
      return values[at];
    }
  }

  @Override
  void close();
}
