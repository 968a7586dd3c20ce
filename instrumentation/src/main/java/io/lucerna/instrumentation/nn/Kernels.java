package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;

/**
 * The operations that a pass computes in one of two ways. An array called spent is not to be used
 * by the caller again; results are in the manager of the first argument.
 */
public enum Kernels {
  /** As fast as they can be: a result takes the place of what is spent. */
  FAST {
    @Override
    NDArray copy(NDArray x) {
      return x.duplicate();
    }

    @Override
    public NDArray plus(NDArray spent, NDArray other) {
      return spent.addi(other);
    }

    @Override
    public NDArray plus(NDArray spent, double number) {
      return spent.addi(number);
    }

    @Override
    public NDArray times(NDArray spent, NDArray other) {
      return spent.muli(other);
    }

    @Override
    public NDArray times(NDArray spent, double number) {
      return spent.muli(number);
    }

    @Override
    NDArray scaled(NDArray x, double factor) {
      return x.mul(factor);
    }

    @Override
    NDArray over(NDArray spent, double number) {
      return spent.divi(number);
    }

    @Override
    public NDArray atLeast(NDArray x, double number) {
      return x.maximum(number);
    }

    @Override
    NDArray reciprocalRoot(NDArray x) {
      return TorchKernels.rsqrt(x);
    }

    @Override
    NDArray silu(NDArray x) {
      return TorchKernels.silu(x);
    }

    @Override
    NDArray gelu(NDArray spent) {
      return TorchKernels.gelu(spent);
    }

    @Override
    NDArray geluTanh(NDArray x) {
      return TorchKernels.geluTanh(x);
    }

    @Override
    NDArray linear(NDArray x, NDArray weight, NDArray bias, boolean oneDnn) {
      return oneDnn
          ? TorchKernels.linear(x, weight, bias)
          : DIFFERENTIABLE.linear(x, weight, bias, false);
    }
  },

  /**
   * With derivatives: no array that a derivative may need is changed, and every operation is one
   * that PyTorch can go back through. Values differ from the fast ones by rounding.
   */
  DIFFERENTIABLE {
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
     * A number as an array that stays open. DJL frees the one that it makes of a number, whose
     * memory is Java's, and a derivative would read what has come to stand there.
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
    NDArray linear(NDArray x, NDArray weight, NDArray bias, boolean oneDnn) {
      return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
    }
  };

  /** The same values in an array of their own. */
  abstract NDArray copy(NDArray x);

  public abstract NDArray plus(NDArray spent, NDArray other);

  public abstract NDArray plus(NDArray spent, double number);

  public abstract NDArray times(NDArray spent, NDArray other);

  public NDArray times(NDArray spent, double number) {
    try (spent) {
      return scaled(spent, number);
    }
  }

  /** x times a number, in an array of its own. */
  abstract NDArray scaled(NDArray x, double factor);

  abstract NDArray over(NDArray spent, double number);

  /** The larger of x and a number. */
  public abstract NDArray atLeast(NDArray x, double number);

  /** cap tanh(x / cap). */
  final NDArray capped(NDArray spent, double cap) {
    try (NDArray small = over(spent, cap)) {
      return times(small.tanh(), cap);
    }
  }

  /** 1 / sqrt(x). */
  abstract NDArray reciprocalRoot(NDArray x);

  /** x / (1 + exp(-x)). */
  abstract NDArray silu(NDArray x);

  /** GELU. */
  abstract NDArray gelu(NDArray spent);

  /** The tanh approximation of GELU as one operation. */
  abstract NDArray geluTanh(NDArray x);

  /** The same in the published steps, which round otherwise. */
  final NDArray geluNew(NDArray x) {
    NDArray cube = times(times(x.square(), x), 0.044715);
    NDArray inner = times(plus(cube, x), Math.sqrt(2 / Math.PI));
    NDArray tanh = inner.tanh();
    inner.close();
    return times(times(plus(tanh, 1), x), 0.5);
  }

  /**
   * x W^T + b.
   *
   * @param oneDnn whether oneDNN is to compute it where it can
   */
  abstract NDArray linear(NDArray x, NDArray weight, NDArray bias, boolean oneDnn);
}
