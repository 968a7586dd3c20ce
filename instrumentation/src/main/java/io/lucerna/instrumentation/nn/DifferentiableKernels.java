package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;

/** {@link Kernels#differentiable}. */
sealed class DifferentiableKernels extends Kernels permits FrozenKernels {
  static final Kernels INSTANCE = new DifferentiableKernels();

  @Override
  NDArray copy(NDArray x) {
    return x.add(0); // what duplicates an array in DJL has no derivative
  }

  @Override
  public NDArray plus(NDArray spent, NDArray other) {
    try (spent) {
      return spent.add(other);
    }
  }

  @Override
  public NDArray plus(NDArray spent, double number) {
    try (spent) {
      return spent.add(number);
    }
  }

  @Override
  public NDArray times(NDArray spent, NDArray other) {
    try (spent) {
      return spent.mul(other);
    }
  }

  @Override
  NDArray scaled(NDArray x, double factor) {
    return x.mul(kept(x, factor));
  }

  @Override
  NDArray over(NDArray spent, double number) {
    try (spent) {
      return spent.div(kept(spent, number));
    }
  }

  @Override
  public NDArray atLeast(NDArray x, double number) {
    return x.maximum(kept(x, number));
  }

  @Override
  NDArray reciprocalRoot(NDArray x) {
    try (NDArray root = x.sqrt();
        NDArray one = root.onesLike()) {
      return one.div(root);
    }
  }

  /**
   * A number as an array that stays open. DJL frees the one that it makes of a number, whose memory
   * is Java's, and a derivative would read what has come to stand there.
   */
  private NDArray kept(NDArray like, double number) {
    return like.getManager().create(new double[] {number}).toType(like.getDataType(), true);
  }

  @Override
  NDArray silu(NDArray x) {
    try (NDArray logistic = x.getNDArrayInternal().sigmoid()) {
      return x.mul(logistic);
    }
  }

  @Override
  NDArray gelu(NDArray spent) {
    try (spent) {
      return spent.getNDArrayInternal().gelu();
    }
  }

  @Override
  NDArray geluTanh(NDArray x) {
    return geluNew(x);
  }

  @Override
  NDArray linear(NDArray x, Linear map) {
    return map.plain(x);
  }
}
