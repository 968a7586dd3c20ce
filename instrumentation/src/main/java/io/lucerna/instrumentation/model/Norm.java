package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * LayerNorm over the last dimension (Ba, Kiros and Hinton 2016, equation 4).
 *
 * @param gain [d]
 * @param bias [d]
 * @param epsilon added to the variance
 */
record Norm(NDArray gain, NDArray bias, double epsilon) {

  /** x [..., d] -> [..., d]. The result belongs to x's manager. */
  NDArray apply(NDArray x) {
    Shape last = gain.getShape();
    return x.getNDArrayInternal()
        .layerNorm(x, last, gain, bias, (float) epsilon)
        .singletonOrThrow();
  }
}
