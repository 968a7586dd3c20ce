package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@link Kernels#frozen}: the rules of DecompX (Modarressi et al. 2023, section 3) and RelP (2025,
 * section 3), as derivatives.
 */
final class FrozenKernels extends DifferentiableKernels {
  static final Kernels INSTANCE = new FrozenKernels(null);

  /** Stands for 0, where a function's ratio is taken as its limit. */
  private static final double SMALLEST = 1e-20;

  private final @Nullable Leaves leaves;

  /**
   * @param leaves are told of every bias; null if nobody asks for them
   */
  FrozenKernels(@Nullable Leaves leaves) {
    this.leaves = leaves;
  }

  private NDArray known(NDArray bias) {
    return leaves == null ? bias : leaves.added(bias);
  }

  @Override
  NDArray linear(NDArray x, NDArray weight, NDArray bias, boolean oneDnn) {
    return super.linear(x, weight, known(bias), oneDnn);
  }

  @Override
  public NDArray constant(NDArray x) {
    return x.stopGradient();
  }

  @Override
  NDArray reciprocalRoot(NDArray x) {
    return constant(super.reciprocalRoot(x));
  }

  @Override
  NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double epsilon) {
    int[] last = {x.getShape().dimension() - 1};
    NDArray centred = x.sub(x.mean(last, true));
    NDArray factor = reciprocalRoot(centred.square().mean(last, true).add(epsilon));
    return centred.mul(factor).mul(gain).add(known(bias));
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
    NDArray one = spent.mul(constant(factor));
    NDArray other = constant(spent).mul(factor);
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
    NDArray fixed = constant(x);
    NDArray zeros = fixed.eq(0).toType(fixed.getDataType(), true);
    NDArray safe = fixed.add(zeros.mul(SMALLEST));
    return constant(function.apply(safe.duplicate()).div(safe));
  }
}
