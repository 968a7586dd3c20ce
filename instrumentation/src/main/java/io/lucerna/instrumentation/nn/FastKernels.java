package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;

/** {@link Kernels#fast}. */
final class FastKernels extends Kernels {
  static final Kernels INSTANCE = new FastKernels();

  @Override
  boolean goBack() {
    return false;
  }

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
  NDArray linear(NDArray x, Linear map) {
    return map.fast(x);
  }

  @Override
  NDArray activated(Activation function, Linear map, NDArray x) {
    return function == Activation.GELU && map.packed() != null
        ? map.gelu(x)
        : super.activated(function, map, x);
  }

  @Override
  long fewestRows(Linear map) {
    return map.fewestRows();
  }
}
