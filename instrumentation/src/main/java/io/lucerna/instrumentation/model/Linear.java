package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;

/**
 * An affine map: x W^T + b.
 *
 * @param weight [out, in]
 * @param bias [out]
 */
record Linear(NDArray weight, NDArray bias) {

  /** x [..., in] -> [..., out]. The result belongs to x's manager. */
  NDArray apply(NDArray x) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }
}
