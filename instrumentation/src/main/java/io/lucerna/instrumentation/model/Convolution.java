package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.BoundHooks;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * DeBERTa-v2's convolution over neighbouring tokens, beside the first block: it reads what enters
 * the block, and the norm of its sum with what the block gives leaves it.
 *
 * @param weight [H, H / groups, kernel], the kernel odd
 * @param bias [H]
 * @param groups parts of the stream that are mapped apart
 * @param activation applied to what the convolution gives
 * @param norm the norm of the sum
 * @param work counts floating-point operations
 */
record Convolution(
    NDArray weight, NDArray bias, int groups, Activation activation, Norm norm, LongAdder work) {

  /**
   * Joins the convolution to the block. Closes {@code out}.
   *
   * @param pre what entered the block [B, S, H]; the first positions of it may be enough
   * @param out what the block gives [B, S, H]
   * @return [B, S, H], in the scope of {@code out}
   */
  NDArray join(NDArray pre, NDArray out, BoundHooks hooks) {
    long side = weight.getShape().get(2) / 2;
    work.add(2 * pre.size() * weight.size() / weight.getShape().get(0));
    try (out;
        NDArray real = withoutPadding(pre, hooks.batch());
        NDArray channels = real.transpose(0, 2, 1); // [B, H, S]
        NDArray convolved =
            channels
                .getNDArrayInternal()
                .convolution(
                    channels, weight, bias, new Shape(1), new Shape(side), new Shape(1), groups)
                .singletonOrThrow(); // [B, H, S]
        NDArray active = activation.apply(convolved);
        NDArray last = active.transpose(0, 2, 1); // [B, S, H]
        NDArray sum = out.add(last)) {
      return norm.apply(sum);
    }
  }

  /** A text's last token has nothing after it, in whatever batch it stands. */
  private static NDArray withoutPadding(NDArray pre, TokenBatch batch) {
    if (!batch.padded()) {
      return pre.duplicate();
    }
    int rows = (int) pre.getShape().get(0); // fewer than the batch where all are the same
    int width = (int) pre.getShape().get(1);
    float[] real = new float[rows * width];
    for (int row = 0; row < rows; row++) {
      int length = Math.min(width, batch.sequences().get(row).length());
      Arrays.fill(real, row * width, row * width + length, 1);
    }
    try (NDArray mask = pre.getManager().create(real, new Shape(rows, width, 1));
        NDArray typed = mask.toType(pre.getDataType(), false)) {
      return pre.mul(typed);
    }
  }
}
