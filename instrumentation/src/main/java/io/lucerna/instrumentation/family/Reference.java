package io.lucerna.instrumentation.family;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The name of an activation in a reference made with Hugging Face.
 *
 * @param tensor {@code hidden_states.N}, {@code attentions.N}, {@code out:MODULE} for what a module
 *     gives, {@code in:MODULE} for what it gets, or another name
 * @param after the activation function that makes the hook point's value of it; null where it is
 *     the value itself
 * @param from the first number of the last dimension that belongs to the point
 * @param to the number after the last one; 0 for the whole dimension
 */
public record Reference(String tensor, @Nullable Activation after, int from, int to) {
  /** A tensor that is the value itself. */
  public static Reference of(String tensor) {
    return new Reference(tensor, null, 0, 0);
  }

  /** A tensor that an activation function makes the value. */
  static Reference before(Activation after, String tensor) {
    return new Reference(tensor, after, 0, 0);
  }

  /** A part of a tensor's last dimension. */
  static Reference part(String tensor, int from, int to) {
    return new Reference(tensor, null, from, to);
  }

  /**
   * The hook point's values from those of the tensor.
   *
   * @param width the size of the tensor's last dimension
   */
  public float[] values(float[] stored, int width) {
    float[] part = to == 0 ? stored : part(stored, width);
    if (after == null) {
      return part;
    }
    try (NDManager scope = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray x = scope.create(part, new Shape(part.length));
      return after.apply(x, Kernels.fast()).toFloatArray();
    }
  }

  private float[] part(float[] stored, int width) {
    int own = to - from;
    float[] part = new float[stored.length / width * own];
    for (int row = 0; row < stored.length / width; row++) {
      float[] piece = Arrays.copyOfRange(stored, row * width + from, row * width + to);
      System.arraycopy(piece, 0, part, row * own, own);
    }
    return part;
  }
}
