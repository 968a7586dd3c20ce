package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** An operation makes a number that fp32 cannot hold. */
final class NotFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private NotFiniteException(double value) {
    super(value + (Double.isNaN(value) ? "" : ", which fp32 cannot hold"));
  }

  static void check(double value) {
    if (!(Math.abs(value) <= Float.MAX_VALUE)) {
      throw new NotFiniteException(value);
    }
  }

  /** Checks all numbers of an array. */
  static void check(NDArray numbers) {
    boolean narrow = numbers.getDataType() == DataType.FLOAT32;
    try (NDArray sum = numbers.sum()) {
      // What is not finite makes the sum so, and in fp32 nothing else is too large.
      if (narrow && Float.isFinite(sum.getFloat())) {
        return;
      }
    }
    try (NDArray most = numbers.max();
        NDArray least = numbers.min()) {
      check(narrow ? most.getFloat() : most.getDouble());
      check(narrow ? least.getFloat() : least.getDouble());
    }
  }
}
