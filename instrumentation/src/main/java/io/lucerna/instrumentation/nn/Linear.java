package io.lucerna.instrumentation.nn;

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
public record Linear(NDArray weight, NDArray bias, LongAdder work) {
  /** From this many weights on, one product for queries, keys and values saves time. */
  private static final long LARGE = 1L << 17;

  /** oneDNN has kernels of their own, with other roundings, for fewer rows than this. */
  private static final long FEWEST_OF_ONE_DNN = 16;

  /** MKL has too, and with the queries of fewer tokens. */
  public static final long FEWEST_ROWS = 8;

  /** The map to the outputs from {@code from} to before {@code to}, a view of the same weights. */
  public Linear rows(long from, long to) {
    String slice = from + ":" + to;
    return new Linear(weight.get(slice), bias.get(slice), work);
  }

  /** Whether the map is better computed as a whole than in parts. */
  public boolean large() {
    return oneDnn() && weight.size() >= LARGE;
  }

  /**
   * Whether oneDNN computes the map, which PyTorch's own linear map leaves to MKL. MKL does not use
   * AVX-512 on processors of other makers.
   */
  private boolean oneDnn() {
    return TorchKernels.ONE_DNN
        && weight.getDataType() == DataType.FLOAT32
        && !weight.getDevice().isGpu()
        && alwaysSummedAlike(weight.getShape().get(1));
  }

  /**
   * Whether oneDNN adds up this many products of a row in the same order whatever the number of
   * rows, which it does not for 1,792 or 2,624.
   */
  private static boolean alwaysSummedAlike(long in) {
    return in <= 768 || in % 384 == 0 || in % 512 == 0;
  }

  /** x [..., in] -> [..., out] in a pass. The result belongs to x's manager. */
  public NDArray apply(NDArray x, Pass pass) {
    return apply(x, pass.kernels());
  }

  /** The same outside of a pass. */
  public NDArray apply(NDArray x, Kernels kernels) {
    long in = weight.getShape().get(1);
    long rows = x.size() / in;
    long fewest = oneDnn() ? FEWEST_OF_ONE_DNN : FEWEST_ROWS;
    work.add(2 * Math.max(rows, fewest) * weight.size());
    if (rows >= fewest) {
      return kernels.linear(x, weight, bias, oneDnn());
    }
    Shape result = x.getShape().slice(0, x.getShape().dimension() - 1).add(bias.size());
    try (NDArray flat = x.reshape(rows, in);
        NDArray enough = filled(flat, fewest);
        NDArray mapped = kernels.linear(enough, weight, bias, oneDnn());
        NDArray own = mapped.get("0:" + rows)) {
      return own.reshape(result);
    }
  }

  private static NDArray filled(NDArray x, long rows) {
    Shape missing = new Shape(rows - x.getShape().get(0), x.getShape().get(1));
    try (NDArray zeros = x.getManager().zeros(missing, x.getDataType())) {
      return x.concat(zeros, 0);
    }
  }
}
