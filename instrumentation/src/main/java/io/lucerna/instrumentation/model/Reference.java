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
 */
public record Reference(String tensor, @Nullable Activation after) {
  /** A tensor that is the value itself. */
  static Reference of(String tensor) {
    return new Reference(tensor, null);
  }

  /** The hook point's values from those of the tensor. */
  public float[] values(float[] stored) {
    if (after == null) {
      return stored;
    }
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      NDArray x = scope.create(stored, new Shape(stored.length));
      return after.apply(x).toFloatArray();
    }
  }
}
