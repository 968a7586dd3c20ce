package io.lucerna.instrumentation.model;

/** From a model's output to a score. */
@FunctionalInterface
public interface Readout {
  /**
   * {@return the score of an output: logits, or a pooled vector}
   *
   * @param output one text's numbers, as {@link HookedModel#forward} returns them
   */
  float score(float[] output);

  /**
   * {@return the derivatives of the score by the numbers of an output, in their order}
   *
   * @param output one text's numbers, as {@link HookedModel#forward} returns them
   * @throws UnsupportedOperationException if nobody said what they are
   */
  default float[] slope(float[] output) {
    throw new UnsupportedOperationException("this score has no derivatives");
  }

  /**
   * {@return the same where what the score divides by, as a cosine by lengths, is a constant}
   *
   * @param output one text's numbers, as {@link HookedModel#forward} returns them
   * @throws UnsupportedOperationException if nobody said what they are
   */
  default float[] frozenSlope(float[] output) {
    return slope(output);
  }
}
