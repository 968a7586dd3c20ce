package io.lucerna.instrumentation.model;

import io.lucerna.instrumentation.nn.Kernels;

/** Of which function of an activation a gradient is. */
public enum Gradient {
  /** The network as it is. */
  TRUE,
  /**
   * The network made linear around the pass: what norms divide by, attention patterns, and the
   * ratio of what an activation function gives to what it gets are constants, and of a gate's
   * product each factor has half. The score is then the sum of its products with the activations of
   * any layer, and what biases add.
   */
  FROZEN;

  Kernels kernels() {
    return this == TRUE ? Kernels.differentiable() : Kernels.frozen();
  }
}
