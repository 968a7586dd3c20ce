package io.lucerna.instrumentation.model;

import ai.djl.ndarray.types.DataType;

/** The number type of a forward pass. */
public enum Precision {
  /** Single precision: what everybody ranks with. */
  FP32(DataType.FLOAT32),
  /** Double precision: a reference that tells rounding from a bug. */
  FP64(DataType.FLOAT64);

  private final DataType type;

  Precision(DataType type) {
    this.type = type;
  }

  DataType type() {
    return type;
  }
}
