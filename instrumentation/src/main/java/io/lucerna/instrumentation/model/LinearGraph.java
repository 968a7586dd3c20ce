package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.nn.Biased;
import io.lucerna.instrumentation.nn.Constants;
import io.lucerna.instrumentation.nn.Derivatives;
import io.lucerna.instrumentation.nn.Kernels;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.Pass;
import java.util.Objects;

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
   * @param text what is run, as often as it has copies
   * @param leaves where gradients will be read
   * @param constants the network's
   * @param biases whether there are leaves at biases too
   */
  static LinearGraph of(LinearText text, Leaves leaves, Constants constants, boolean biases) {
    HookedModel model = text.model();
    Biased biased = biases ? Biased.withLeaves(leaves) : Biased.asTheyAre();
    Kernels kernels = Kernels.frozen(constants, biased, true);
    Pass pass =
        Pass.differentiable(Hooks.none().bind(model.registry(), text.batch()), kernels, leaves);
    NDManager scope = text.embedded().getManager();
    NDArray hidden = model.hidden(0, model.blocks().size(), text.embedded().duplicate(), pass);
    NDArray output = model.network().head().apply(hidden, pass);
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
  double[] products(HookPoint point) {
    return products(leaf(point), leaves.activation(point));
  }

  /** The number's slope at a point, in an array of its own. */
  NDArray slope(HookPoint point, NDManager outer) {
    try (NDArray gradient = leaf(point).getGradient()) {
      NDArray slope = gradient.duplicate();
      slope.attach(outer);
      return slope;
    }
  }

  private NDArray leaf(HookPoint point) {
    return Objects.requireNonNull(leaves.all().get(point));
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
    Derivatives.without(
        () -> {
          leaves.all().values().forEach(LinearGraph::clear);
          leaves.biases().forEach(bias -> clear(bias.leaf()));
          return leaves;
        });
  }

  private static void clear(NDArray leaf) {
    try (NDArray gradient = leaf.getGradient()) {
      gradient.subi(gradient);
    }
  }
}
