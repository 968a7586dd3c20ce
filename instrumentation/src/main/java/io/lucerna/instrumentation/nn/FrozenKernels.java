package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * {@link Kernels#frozen}: the rules of DecompX (Modarressi et al. 2023, section 3) and RelP (2025,
 * section 3), as derivatives.
 */
final class FrozenKernels extends DifferentiableKernels {
  static final Kernels INSTANCE = new FrozenKernels(Constants.computed(), Biased.asTheyAre(), true);

  /** Stands for 0, where a function's ratio is taken as its limit. */
  private static final double SMALLEST = 1e-20;

  private final Constants constants;
  private final Biased biases;
  private final boolean goBack;

  FrozenKernels(Constants constants, Biased biases, boolean goBack) {
    this.constants = constants;
    this.biases = biases;
    this.goBack = goBack;
  }

  @Override
  boolean goBack() {
    return goBack;
  }

  @Override
  NDArray linear(NDArray x, Linear map) {
    return biases.linear(x, map.weight(), map.bias());
  }

  @Override
  boolean joinsMaps() {
    return !biases.divides();
  }

  @Override
  public NDArray constant(Supplier<NDArray> made) {
    return constants.of(made);
  }

  @Override
  boolean constantsAreKnown() {
    return constants.known();
  }

  @Override
  NDArray reciprocalRoot(NDArray x) {
    return constant(() -> super.reciprocalRoot(x));
  }

  @Override
  NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double epsilon) {
    int[] last = {x.getShape().dimension() - 1};
    NDArray centred = x.sub(x.mean(last, true));
    NDArray factor =
        constant(() -> super.reciprocalRoot(centred.square().mean(last, true).add(epsilon)));
    return biases.added(centred.mul(factor).mul(gain), bias);
  }

  /** Several that are the largest share evenly. */
  @Override
  public NDArray largest(NDArray x) {
    NDArray shares =
        constant(
            () -> {
              NDArray fixed = x.stopGradient();
              NDArray are = fixed.eq(fixed.max(new int[] {1}, true)).toType(x.getDataType(), false);
              return are.div(are.sum(new int[] {1}, true));
            });
    return x.mul(shares).sum(new int[] {1});
  }

  @Override
  NDArray activated(Activation function, NDArray x) {
    return x.mul(ratio(x, safe -> function.of(safe, this)));
  }

  @Override
  NDArray gelu(NDArray spent) {
    return activated(Activation.GELU, spent);
  }

  @Override
  NDArray gated(NDArray spent, NDArray factor) {
    NDArray one = spent.mul(constant(() -> factor));
    NDArray other = constant(() -> spent).mul(factor);
    return times(one.add(other), 0.5);
  }

  @Override
  public NDArray logOfOnePlus(NDArray spent) {
    return spent.mul(ratio(spent, super::logOfOnePlus));
  }

  @Override
  NDArray capped(NDArray spent, double cap) {
    return spent.mul(ratio(spent, safe -> super.capped(safe, cap)));
  }

  /** f(x) / x as a constant. */
  private NDArray ratio(NDArray x, UnaryOperator<NDArray> function) {
    return constant(
        () -> {
          NDArray fixed = x.stopGradient();
          NDArray zeros = fixed.eq(0).toType(fixed.getDataType(), true);
          NDArray safe = fixed.add(zeros.mul(SMALLEST));
          return function.apply(safe.duplicate()).div(safe);
        });
  }
}
