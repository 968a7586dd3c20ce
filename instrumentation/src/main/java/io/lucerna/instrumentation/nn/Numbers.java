package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** The numbers of arrays, whatever their type, outside of native memory. */
public final class Numbers {
  private Numbers() {}

  /** All numbers of an array, the last dimension fastest. */
  public static double[] doubles(NDArray array) {
    try (NDArray fixed = array.stopGradient();
        NDArray wide = fixed.toType(DataType.FLOAT64, true)) {
      return wide.toDoubleArray();
    }
  }
}
