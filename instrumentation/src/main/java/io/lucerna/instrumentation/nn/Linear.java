package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An affine map: x W^T + b.
 *
 * <p>A row's result does not depend, to the bit, on which other rows are mapped with it: the kernel
 * is chosen by the weight's shape alone, and too few rows for it are filled up. Where oneDNN is not
 * used ({@link TorchKernels#ADDS_UP_ALIKE}), that does not hold for a map with one output.
 *
 * @param weight [out, in]
 * @param bias [out]
 * @param packed the weight once more, as oneDNN reads it best; null for a map that it does not
 *     compute, or whose second copy would be large
 * @param work counts floating-point operations
 */
public record Linear(NDArray weight, NDArray bias, @Nullable NDArray packed, LongAdder work)
    implements AutoCloseable {
  /** From this many weights on, one product for queries, keys and values saves time. */
  private static final long LARGE = 1L << 17;

  /** Up to this many weights are kept twice: in the largest maps reading them takes little time. */
  private static final long LARGEST_PACKED = 1L << 22;

  /** One row of one output is a kernel's of its own. */
  private static final long FEWEST_OF_PACKED = 2;

  /**
   * Of weights that are not packed, oneDNN has other kernels for fewer rows than this, and so has
   * MKL on Intel's processors with AVX-512; elsewhere it has for fewer than 8.
   */
  public static final long FEWEST_ROWS = 16;

  /** A map of weights that are complete. */
  public Linear(NDArray weight, NDArray bias, LongAdder work) {
    this(weight, bias, packed(weight), work);
  }

  private static @Nullable NDArray packed(NDArray weight) {
    return ofOneDnn(weight) && weight.size() <= LARGEST_PACKED ? TorchKernels.packed(weight) : null;
  }

  /** The map to the outputs from {@code from} to before {@code to}, a view of the same weights. */
  public Linear rows(long from, long to) {
    String slice = from + ":" + to;
    return new Linear(weight.get(slice), bias.get(slice), null, work);
  }

  /**
   * The maps to so many outputs each, views of the same weights, which are packed for them and no
   * more for the whole: that is not to be applied any more.
   */
  public List<Linear> split(long... outs) {
    List<Linear> maps = new ArrayList<>();
    long from = 0;
    for (long out : outs) {
      Linear part = rows(from, from + out);
      maps.add(new Linear(part.weight, part.bias, work));
      from += out;
    }
    if (packed != null) {
      packed.close();
    }
    return maps;
  }

  /** Whether the map is better computed as a whole than in parts. */
  public boolean large() {
    return oneDnn() && weight.size() >= LARGE;
  }

  private boolean oneDnn() {
    return packed != null || ofOneDnn(weight) && alwaysSummedAlike(weight.getShape().get(1));
  }

  /**
   * Whether oneDNN can compute a map, which PyTorch's own linear map leaves to MKL. MKL does not
   * use AVX-512 on processors of other makers.
   */
  private static boolean ofOneDnn(NDArray weight) {
    return weight.getDataType() == DataType.FLOAT32
        && !weight.getDevice().isGpu()
        && TorchKernels.ADDS_UP_ALIKE;
  }

  /**
   * Whether oneDNN adds up this many products of a row in the same order whatever the number of
   * rows, where the weights are not packed; it does not for 1,792 or 2,624.
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
    long fewest = kernels.fewestRows(this);
    work.add(2 * Math.max(rows, fewest) * weight.size());
    if (rows >= fewest) {
      return kernels.linear(x, this);
    }
    Shape result = x.getShape().slice(0, x.getShape().dimension() - 1).add(bias.size());
    try (NDArray flat = x.reshape(rows, in);
        NDArray enough = filled(flat, fewest);
        NDArray mapped = kernels.linear(enough, this);
        NDArray own = mapped.get("0:" + rows)) {
      return own.reshape(result);
    }
  }

  /** The same by the fastest kernel, for as many rows as that needs. */
  NDArray fast(NDArray x) {
    if (packed != null) {
      return TorchKernels.linear(x, packed, bias);
    }
    return oneDnn() ? TorchKernels.linear(x, weight, bias) : plain(x);
  }

  /** GELU of the result of a packed map: the same numbers, written to memory once. */
  NDArray gelu(NDArray x) {
    work.add(2 * x.size() * weight.getShape().get(0));
    return TorchKernels.linearGelu(x, Objects.requireNonNull(packed), bias);
  }

  /** How many rows that is. */
  long fewestRows() {
    return packed != null ? FEWEST_OF_PACKED : FEWEST_ROWS;
  }

  /** The same by PyTorch, which can go back through it. */
  NDArray plain(NDArray x) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /** Frees the weights. */
  @Override
  public void close() {
    weight.close();
    bias.close();
    if (packed != null) {
      packed.close();
    }
  }

  private static NDArray filled(NDArray x, long rows) {
    Shape missing = new Shape(rows - x.getShape().get(0), x.getShape().get(1));
    try (NDArray zeros = x.getManager().zeros(missing, x.getDataType())) {
      return x.concat(zeros, 0);
    }
  }
}
