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
}
