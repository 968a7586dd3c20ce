package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The name of an activation in a reference made with Hugging Face.
 *
 * @param tensor {@code hidden_states.N}, {@code attentions.N}, {@code out:MODULE} for what a module
 *     gives, {@code in:MODULE} for what it gets, or another name
 * @param after the activation function that makes the hook point's value of it; null where it is
 *     the value itself
 * @param columns which numbers of each row it is; null where it is all of them
 */
public record Reference(String tensor, @Nullable Activation after, @Nullable Columns columns) {
  /**
   * A part of the last dimension: what one map of several in one gives.
   *
   * @param width the tensor's last dimension
   * @param from the first column
   * @param to the column after the last
   */
  record Columns(int width, int from, int to) {
    private float[] of(float[] stored) {
      int rows = stored.length / width;
      float[] part = new float[rows * (to - from)];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(stored, row * width + from, part, row * (to - from), to - from);
      }
      return part;
    }
  }

  /** A whole tensor. */
  public Reference(String tensor, @Nullable Activation after) {
    this(tensor, after, null);
  }

  /** A tensor that is the value itself. */
  static Reference of(String tensor) {
    return new Reference(tensor, null);
  }

  /** Columns of a tensor that are the value itself. */
  static Reference columns(String tensor, int width, int from, int to) {
    return new Reference(tensor, null, new Columns(width, from, to));
  }

  /** The hook point's values from those of the tensor. */
  public float[] values(float[] stored) {
    float[] values = columns == null ? stored : columns.of(stored);
    if (after == null) {
      return values;
    }
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      NDArray x = scope.create(values, new Shape(values.length));
      return after.apply(x).toFloatArray();
    }
  }
}
