package io.lucerna.instrumentation.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rotary position embedding (Su et al. 2021, equation 34): in each head, pairs of numbers turn by
 * angles that grow with the position. As in Hugging Face's checkpoints, a number of the first half
 * of a head is paired with that of the second half.
 *
 * <p>Angles, cosines and sines are computed in fp32 even where the model runs in fp64: with
 * positions in the hundreds their rounding is larger than that of all else, and it is part of what
 * a checkpoint's reference computes.
 *
 * @param frequencies radians per position, one for each pair [D / 2]
 * @param factor what cosines and sines are multiplied by; 1 but in YaRN
 */
public record Rotary(float[] frequencies, double factor) {

  /**
   * The cosines and sines of a batch's positions.
   *
   * @param cos [S, D]
   * @param sin [S, D], negative in the first half
   */
  public record Angles(NDArray cos, NDArray sin) {}

  /**
   * Frequencies theta^(-2i/D), not scaled.
   *
   * @param width D, the width of a head
   * @throws IllegalArgumentException if D is odd, or theta is not above 0
   */
  public static Rotary of(double theta, int width) {
    float[] frequencies = powers(theta, width);
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = 1 / frequencies[i];
    }
    return new Rotary(frequencies, 1);
  }

  /** theta^(2i/D), with the limits of {@link #of}. */
  public static float[] powers(double theta, int width) {
    if (width % 2 != 0 || !(theta > 0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "rotary positions need heads of an even width and a theta above 0, got %d and %s",
              width,
              theta));
    }
    float[] exponents = new float[width / 2];
    for (int i = 0; i < exponents.length; i++) {
      exponents[i] = 2f * i / width;
    }
    // The reference's own kernel for powers: an angle at position 500 multiplies its last bit.
    try (NDManager scope = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray power = scope.create(exponents);
      NDArray base = scope.ones(power.getShape()).mul(theta);
      return base.pow(power).toFloatArray();
    }
  }

  /** The angles of positions 0 to S - 1. */
  public Angles angles(int positions, NDManager scope, DataType type) {
    int half = frequencies.length;
    float[] angles = new float[positions * half];
    for (int position = 0; position < positions; position++) {
      for (int i = 0; i < half; i++) {
        angles[position * half + i] = position * frequencies[i];
      }
    }
    NDArray radians = scope.create(angles, new Shape(positions, half));
    NDArray cos = radians.cos(); // [S, D/2]
    NDArray sin = radians.sin();
    if (factor != 1) {
      cos.muli(factor);
      sin.muli(factor);
    }
    return new Angles( // [S, D]
        cos.concat(cos, 1).toType(type, false), sin.neg().concat(sin, 1).toType(type, false));
  }

  /** Places of a kind of attention that a mask may limit too. */
  public static Places places(@Nullable NDArray mask, Angles angles) {
    return new Places(mask, angles.cos(), angles.sin(), null);
  }

  /** Queries or keys of the first Q positions, turned: x [B, Q, N, D] -> [B, Q, N, D]. */
  static NDArray turned(NDArray x, NDArray cos, NDArray sin, Kernels kernels) {
    long q = x.getShape().get(1);
    long d = x.getShape().get(3);
    List<NDArray> halves = x.split(2, 3);
    try (NDArray first = halves.get(0);
        NDArray second = halves.get(1);
        NDArray exchanged = second.concat(first, 3);
        NDArray sines = sin.get(":" + q);
        NDArray cosines = cos.get(":" + q);
        NDArray sineOfHead = sines.reshape(q, 1, d);
        NDArray cosineOfHead = cosines.reshape(q, 1, d);
        NDArray across = kernels.times(exchanged, sineOfHead)) {
      return kernels.plus(x.mul(cosineOfHead), across);
    }
  }
}
