package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;

/** A norm over the last dimension. Its result belongs to the argument's manager. */
public sealed interface Norm {
  /** x [..., d] -> [..., d]. */
  NDArray apply(NDArray x, Kernels kernels);

  /** The same in a pass. */
  default NDArray apply(NDArray x, Pass pass) {
    return apply(x, pass.kernels());
  }

  /**
   * LayerNorm (Ba, Kiros and Hinton 2016, equation 4).
   *
   * @param gain [d]
   * @param bias [d]
   * @param epsilon added to the variance
   */
  record Layer(NDArray gain, NDArray bias, double epsilon) implements Norm {
    @Override
    public NDArray apply(NDArray x, Kernels kernels) {
      return kernels.layerNorm(x, gain, bias, epsilon);
    }
  }

  /**
   * RMSNorm (Zhang and Sennrich 2019, equation 4).
   *
   * @param gain [d]
   * @param epsilon added to the mean square
   */
  record RootMeanSquare(NDArray gain, double epsilon) implements Norm {
    @Override
    public NDArray apply(NDArray x, Kernels kernels) {
      int last = x.getShape().dimension() - 1;
      try (NDArray squares = x.square();
          NDArray mean = squares.mean(new int[] {last}, true); // [..., 1]
          NDArray steadied = kernels.plus(mean, epsilon);
          NDArray factor = kernels.reciprocalRoot(steadied)) {
        return kernels.times(x.mul(factor), gain);
      }
    }
  }
}
