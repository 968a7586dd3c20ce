package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/**
 * The operations that a pass computes in one of several ways. An array called spent is not to be
 * used by the caller again; results are in the manager of the first argument.
 */
public abstract sealed class Kernels permits FastKernels, DifferentiableKernels {
  /** As fast as they can be: a result takes the place of what is spent. */
  public static Kernels fast() {
    return FastKernels.INSTANCE;
  }

  /**
   * With derivatives: no array that a derivative may need is changed, and every operation is one
   * that PyTorch can go back through. Values differ from the fast ones by rounding.
   */
  public static Kernels differentiable() {
    return DifferentiableKernels.INSTANCE;
  }

  /**
   * With the derivatives of a linear network: what a norm divides by, attention patterns, and the
   * ratio of what an activation function gives to what it gets are constants; of a gate's product
   * each factor has half.
   */
  public static Kernels frozen() {
    return FrozenKernels.INSTANCE;
  }

  /**
   * The same for one pass.
   *
   * @param constants what is constant, or where it is kept
   * @param biases what becomes of each bias
   * @param goBack whether PyTorch goes back through the pass
   */
  public static Kernels frozen(Constants constants, Biased biases, boolean goBack) {
    return new FrozenKernels(constants, biases, goBack);
  }

  Kernels() {}

  /** Whether PyTorch goes back through what they make. */
  boolean goBack() {
    return true;
  }

  /** What counts as a constant where the network is made linear. */
  public NDArray constant(Supplier<NDArray> made) {
    return made.get();
  }

  /** Whether constants are those of another pass, of one text, of which a batch has copies. */
  boolean constantsAreKnown() {
    return false;
  }

  /** Whether several maps of the same rows may be applied as one, whose bias is all of theirs. */
  boolean joinsMaps() {
    return true;
  }

  /** The largest of each text: [B, S, v] -> [B, v]. */
  public NDArray largest(NDArray x) {
    return x.max(new int[] {1});
  }

  /**
   * LayerNorm over the last dimension.
   *
   * @param gain [d]
   * @param bias [d]
   */
  NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double epsilon) {
    return x.getNDArrayInternal()
        .layerNorm(x, gain.getShape(), gain, bias, (float) epsilon)
        .singletonOrThrow();
  }

  /** What an activation function gives. */
  NDArray activated(Activation function, NDArray x) {
    return function.of(x, this);
  }

  /** What an activation function gives for each result of a map. */
  NDArray activated(Activation function, Linear map, NDArray x) {
    return function.ofSpent(map.apply(x, this), this);
  }

  /** The product of a gated MLP's two maps. */
  NDArray gated(NDArray spent, NDArray factor) {
    return times(spent, factor);
  }

  /** log(1 + x). */
  public NDArray logOfOnePlus(NDArray spent) {
    try (NDArray more = plus(spent, 1)) {
      return more.log();
    }
  }

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
  NDArray capped(NDArray spent, double cap) {
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

  /** x W^T + b. */
  abstract NDArray linear(NDArray x, Linear map);

  /** From how many rows on {@link #linear} adds up a row's products in one order. */
  long fewestRows(Linear map) {
    return Linear.FEWEST_ROWS;
  }
}
