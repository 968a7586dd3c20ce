package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * An affine map: x W^T + b.
 *
 * @param weight [out, in]
 * @param bias [out]
 */
record Linear(NDArray weight, NDArray bias) {
  /** From this many multiplications on, the convolution is the faster kernel. */
  private static final long LARGE = 1L << 25;

  private static final Shape STRIDE = new Shape(1, 1);
  private static final Shape PADDING = new Shape(0, 0);

  /** No difference for one pixel, but makes PyTorch choose oneDNN on a single thread too. */
  private static final Shape DILATION = new Shape(2, 2);

  /** PyTorch's builds for x86 carry oneDNN; elsewhere a convolution is no faster than a product. */
  private static final boolean ONE_DNN = System.getProperty("os.arch", "").matches("amd64|x86_64");

  /** x [..., in] -> [..., out]. The result belongs to x's manager. */
  NDArray apply(NDArray x) {
    boolean large = x.size() * bias.size() >= LARGE;
    return ONE_DNN && large && x.getDataType() == DataType.FLOAT32
        ? convolve(x)
        : x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /**
   * The same map as a convolution over one pixel, channels last. PyTorch hands fp32 products to
   * MKL, which leaves AVX-512 unused on processors of other makers, and convolutions to oneDNN,
   * which uses it.
   */
  private NDArray convolve(NDArray x) {
    long in = weight.getShape().get(1);
    long out = bias.size();
    long rows = x.size() / in;
    Shape result = x.getShape().slice(0, x.getShape().dimension() - 1).add(out);
    // Views share their storage, so each is closed here: else it would outlive what it shows.
    try (NDArray image = x.reshape(1, rows, 1, in);
        NDArray channels = image.transpose(0, 3, 1, 2); // [1, in, rows, 1]
        NDArray kernel = kernel(x);
        NDArray convolved =
            channels
                .getNDArrayInternal()
                .convolution(channels, kernel, bias, STRIDE, PADDING, DILATION, 1)
                .singletonOrThrow(); // [1, out, rows, 1]
        NDArray last = convolved.transpose(0, 2, 3, 1)) { // [1, rows, 1, out]
      return last.reshape(result);
    }
  }

  private NDArray kernel(NDArray x) {
    NDArray view =
        weight.reshape(bias.size(), x.getShape().get(x.getShape().dimension() - 1), 1, 1);
    view.attach(x.getManager());
    return view;
  }
}
