package io.lucerna.instrumentation.model;

import ai.djl.ndarray.types.DataType;

/** The number type of a forward pass. */
public enum Precision {
  /** Single precision: what everybody ranks with. */
  FP32(DataType.FLOAT32),
  /** Double precision: a reference that distinguishes rounding from a bug. */
  FP64(DataType.FLOAT64);

  private final DataType type;

  Precision(DataType type) {
    this.type = type;
  }

  /**
   * {@return the precision of an option's value: {@code fp32} or {@code fp64}}
   *
   * @param option the option's value, in lower case
   * @throws IllegalArgumentException naming these
   */
  public static Precision parse(String option) {
    return switch (option) {
      case "fp32" -> FP32;
      case "fp64" -> FP64;
      default ->
          throw new IllegalArgumentException("precision must be fp32 or fp64, got " + option);
    };
  }

  DataType type() {
    return type;
  }
}
