package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.atomic.LongAdder;

/**
 * An affine map: x W^T + b.
 *
 * <p>A row's result does not depend, to the bit, on which other rows are mapped with it: the kernel
 * is chosen by the weight's shape alone, and too few rows for it are filled up.
 *
 * @param weight [out, in]
 * @param bias [out]
 * @param work counts floating-point operations
 */
record Linear(NDArray weight, NDArray bias, LongAdder work) {
  /** From this many weights on, the convolution is the faster kernel. */
  private static final long LARGE = 1L << 17;

  /**
   * Both sizes of a map that a convolution computes are multiples of this: those of MiniLM and of
   * base models, tried at row counts up to thousands. oneDNN 3.7, as PyTorch 2.7.1 carries it,
   * gives wrong numbers for others (1024 to 1024 at one row count of four), so these are left to
   * MKL.
   */
  private static final long TRIED = 384;

  /** PyTorch gives a convolution of one image to oneDNN only if it has more numbers than this. */
  private static final long MOST_REFUSED = 20480;

  /** MKL has kernels of their own, with other roundings, for fewer rows than this. */
  static final long FEWEST_ROWS = 4;

  private static final Shape STRIDE = new Shape(1, 1);
  private static final Shape PADDING = new Shape(0, 0);

  /** No difference for one pixel, but makes PyTorch choose oneDNN on a single thread too. */
  private static final Shape DILATION = new Shape(2, 2);

  /** PyTorch's builds for x86 carry oneDNN; elsewhere a convolution is no faster than a product. */
  private static final boolean ONE_DNN = System.getProperty("os.arch", "").matches("amd64|x86_64");

  /** The map to the outputs from {@code from} to before {@code to}, a view of the same weights. */
  Linear rows(long from, long to) {
    String slice = from + ":" + to;
    return new Linear(weight.get(slice), bias.get(slice), work);
  }

  /** Whether a convolution is the kernel. */
  boolean large() {
    return ONE_DNN
        && weight.size() >= LARGE
        && weight.getShape().get(0) % TRIED == 0
        && weight.getShape().get(1) % TRIED == 0
        && weight.getDataType() == DataType.FLOAT32
        && !weight.getDevice().isGpu();
  }

  /** x [..., in] -> [..., out]. The result belongs to x's manager. */
  NDArray apply(NDArray x) {
    long in = weight.getShape().get(1);
    long rows = x.size() / in;
    boolean large = large();
    long fewest = large ? MOST_REFUSED / in + 1 : FEWEST_ROWS;
    work.add(2 * Math.max(rows, fewest) * weight.size());
    Shape result = x.getShape().slice(0, x.getShape().dimension() - 1).add(bias.size());
    try (NDArray flat = x.reshape(rows, in);
        NDArray enough = rows < fewest ? filled(flat, fewest) : flat.reshape(rows, in);
        NDArray mapped = large ? convolve(enough) : multiply(enough);
        NDArray own = rows < fewest ? mapped.get("0:" + rows) : mapped.reshape(rows, bias.size())) {
      return own.reshape(result);
    }
  }

  private static NDArray filled(NDArray x, long rows) {
    Shape missing = new Shape(rows - x.getShape().get(0), x.getShape().get(1));
    try (NDArray zeros = x.getManager().zeros(missing, x.getDataType())) {
      return x.concat(zeros, 0);
    }
  }

  private NDArray multiply(NDArray x) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /**
   * The same map as a convolution over one pixel, channels last. PyTorch hands fp32 products to
   * MKL, which leaves AVX-512 unused on processors of other makers, and convolutions to oneDNN,
   * which uses it.
   */
  private NDArray convolve(NDArray x) {
    long rows = x.getShape().get(0);
    long in = x.getShape().get(1);
    // Views share their storage, so each is closed here: else it would outlive what it shows.
    try (NDArray image = x.reshape(1, rows, 1, in);
        NDArray channels = image.transpose(0, 3, 1, 2); // [1, in, rows, 1]
        NDArray kernel = weight.reshape(bias.size(), in, 1, 1);
        NDArray convolved =
            channels
                .getNDArrayInternal()
                .convolution(channels, kernel, bias, STRIDE, PADDING, DILATION, 1)
                .singletonOrThrow(); // [1, out, rows, 1]
        NDArray last = convolved.transpose(0, 2, 3, 1)) { // [1, rows, 1, out]
      return last.reshape(rows, bias.size());
    }
  }
}
