package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** What becomes of biases in a pass through the network made linear. */
public abstract sealed class Biased {
  private Biased() {}

  /** Biases are added, as in every pass. */
  public static Biased asTheyAre() {
    return AsTheyAre.INSTANCE;
  }

  /**
   * Biases are added with a leaf at each.
   *
   * @param leaves the pass's
   */
  public static Biased withLeaves(Leaves leaves) {
    return new WithLeaves(leaves);
  }

  /**
   * In a pass of copies of a text that hold a part of it each, one of them alone has biases.
   *
   * @param copy its number; none has them if there are fewer
   */
  public static Biased inOne(int copy) {
    return new InOne(copy);
  }

  /**
   * In a pass of copies of a text that hold a part of it each, and all of it together, they share
   * every bias: AbsDot (Modarressi et al. 2023, "DecompX", section 3.2). Of a bias b the part z_k
   * has the share |b . z_k|, over the sum of these; where that is 0, all have the same.
   *
   * @param parts how many copies hold something; those after them hold nothing
   */
  public static Biased shared(int parts) {
    return new Shared(parts);
  }

  /** x W^T + b. */
  NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    NDArray none = x.getManager().zeros(bias.getShape(), bias.getDataType());
    return added(mapped(x, weight, none), bias);
  }

  /** Whether what becomes of a bias depends on all of it, so that it must be one map's alone. */
  boolean divides() {
    return false;
  }

  /** y + b. */
  abstract NDArray added(NDArray y, NDArray bias);

  private static NDArray mapped(NDArray x, NDArray weight, NDArray bias) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  /** {@link #asTheyAre}. */
  private static final class AsTheyAre extends Biased {
    static final Biased INSTANCE = new AsTheyAre();

    @Override
    NDArray linear(NDArray x, NDArray weight, NDArray bias) {
      return mapped(x, weight, bias);
    }

    @Override
    NDArray added(NDArray y, NDArray bias) {
      return y.add(bias);
    }
  }

  /** {@link #withLeaves}. */
  private static final class WithLeaves extends Biased {
    private final Leaves leaves;

    WithLeaves(Leaves leaves) {
      this.leaves = leaves;
    }

    @Override
    NDArray linear(NDArray x, NDArray weight, NDArray bias) {
      return mapped(x, weight, leaves.added(bias));
    }

    @Override
    NDArray added(NDArray y, NDArray bias) {
      return y.add(leaves.added(bias));
    }
  }

  /** {@link #inOne}. */
  private static final class InOne extends Biased {
    private final int copy;

    InOne(int copy) {
      this.copy = copy;
    }

    @Override
    NDArray added(NDArray y, NDArray bias) {
      float[] has = new float[(int) y.getShape().get(0)];
      if (copy < has.length) {
        has[copy] = 1;
      }
      return y.add(column(has, y).mul(bias));
    }
  }

  /** {@link #shared}. */
  private static final class Shared extends Biased {
    private final int parts;

    Shared(int parts) {
      this.parts = parts;
    }

    @Override
    boolean divides() {
      return true;
    }

    @Override
    NDArray added(NDArray y, NDArray bias) {
      int[] last = {y.getShape().dimension() - 1};
      float[] even = new float[(int) y.getShape().get(0)];
      Arrays.fill(even, 0, parts, 1f / parts);
      NDArray products = y.mul(bias).sum(last, true).abs(); // [B, ..., 1]
      NDArray sum = products.sum(new int[] {0}, true);
      NDArray none = sum.eq(0).toType(y.getDataType(), false);
      NDArray shares = products.div(sum.add(none)).add(none.mul(column(even, y)));
      return y.add(shares.mul(bias));
    }
  }

  /** A number for each copy, [B, 1, ...]. */
  private static NDArray column(float[] numbers, NDArray like) {
    long[] sizes = new long[like.getShape().dimension()];
    Arrays.fill(sizes, 1);
    sizes[0] = numbers.length;
    return like.getManager().create(numbers, new Shape(sizes)).toType(like.getDataType(), false);
  }
}
