package io.lucerna.instrumentation.model;

/** From a model's output to a score. */
@FunctionalInterface
public interface Readout {
  /** The score of an output: logits, or a pooled vector. */
  float score(float[] output);
}
