package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;

/** Activation functions of an MLP under Hugging Face's names. */
public enum Activation {
  /** x Phi(x) with the exact error function (Hendrycks and Gimpel 2016, section 2). */
  GELU {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return x.getNDArrayInternal().gelu();
    }

    @Override
    NDArray ofSpent(NDArray spent, Kernels kernels) {
      return kernels.gelu(spent);
    }
  },
  /** The tanh approximation of GELU (Hendrycks and Gimpel 2016, section 2). */
  GELU_NEW {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return kernels.geluNew(x);
    }
  },
  /** The same as one operation, which rounds otherwise. */
  GELU_TANH {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return kernels.geluTanh(x);
    }
  },
  /** max(x, 0). */
  RELU {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return x.getNDArrayInternal().relu();
    }
  },
  /** The hyperbolic tangent. */
  TANH {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return x.tanh();
    }
  },
  /** x times the logistic function of x: x / (1 + exp(-x)). */
  SILU {
    @Override
    NDArray of(NDArray x, Kernels kernels) {
      return kernels.silu(x);
    }
  };

  /** The function of every number. */
  abstract NDArray of(NDArray x, Kernels kernels);

  /** The same as a pass with these kernels computes it. */
  public NDArray apply(NDArray x, Kernels kernels) {
    return kernels.activated(this, x);
  }

  /** The same of an array that nobody reads afterwards. */
  NDArray ofSpent(NDArray spent, Kernels kernels) {
    try (spent) {
      return apply(spent, kernels);
    }
  }

  /** The function of every number, in a pass. */
  public NDArray apply(NDArray x, Pass pass) {
    return apply(x, pass.kernels());
  }

  /**
   * The function of a {@code hidden_act} name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Activation parse(String name) {
    return switch (name) {
      case "gelu" -> GELU;
      case "gelu_new" -> GELU_NEW;
      case "gelu_pytorch_tanh" -> GELU_TANH;
      case "relu" -> RELU;
      case "tanh" -> TANH;
      case "silu", "swish" -> SILU;
      default ->
          throw new IllegalArgumentException(
              "the activation function "
                  + name
                  + " is not supported; supported: gelu, gelu_new, gelu_pytorch_tanh, relu, silu, tanh");
    };
  }
}
