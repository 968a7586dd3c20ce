package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.nn.Kernels;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Set;

/**
 * A forward pass through the linear network that can be gone back through many times.
 *
 * @param leaves where gradients are read
 * @param output what the head gave
 * @param nothing 0, made of every leaf: so each has a gradient, whatever a number depends on
 */
record LinearGraph(Leaves leaves, NDArray output, NDArray nothing) {
  /**
   * Runs the pass.
   *
   * @param points where leaves are
   * @param cut below which of them nothing has a gradient
   * @param biases whether there are leaves at biases too
   */
  static LinearGraph of(
      HookedModel model,
      TokenBatch batch,
      Set<HookPoint> points,
      Set<HookPoint> cut,
      boolean biases,
      NDManager scope) {
    Leaves leaves = new Leaves(points, cut, scope);
    Kernels kernels = biases ? Kernels.frozen(leaves) : Kernels.frozen();
    Pass pass = Pass.differentiable(Hooks.none().bind(model.registry(), batch), kernels, leaves);
    NDArray output = model.network().head().apply(model.whole(scope, pass), pass);
    pass.finish();
    NDArray zero = scope.zeros(new Shape(), output.getDataType());
    NDArray nothing = zero;
    for (NDArray leaf : leaves.all().values()) {
      nothing = nothing.add(leaf.sum().mul(zero));
    }
    for (Leaves.Bias bias : leaves.biases()) {
      nothing = nothing.add(bias.leaf().sum().mul(zero));
    }
    return new LinearGraph(leaves, output, nothing);
  }

  /** Goes back from a number. */
  void back(NDArray number) {
    try (NDArray all = number.add(nothing);
        NDArray one = all.onesLike()) {
      JniUtils.backward((PtNDArray) all, (PtNDArray) one, true, false);
    }
  }

  /** A leaf's gradient times what stands where it is. */
  static double[] products(NDArray leaf, NDArray activation) {
    try (NDArray gradient = leaf.getGradient()) {
      double[] slopes = Numbers.doubles(gradient);
      double[] values = Numbers.doubles(activation);
      for (int i = 0; i < slopes.length; i++) {
        slopes[i] *= values[i];
      }
      return slopes;
    }
  }

  /** Takes the gradients of the last number away. */
  void clear() {
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try {
      leaves.all().values().forEach(LinearGraph::clear);
      leaves.biases().forEach(bias -> clear(bias.leaf()));
    } finally {
      JniUtils.setGradMode(before);
    }
  }

  private static void clear(NDArray leaf) {
    try (NDArray gradient = leaf.getGradient()) {
      gradient.subi(gradient);
    }
  }
}
