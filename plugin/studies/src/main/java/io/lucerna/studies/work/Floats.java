package io.lucerna.studies.work;

import io.lucerna.base.Internal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Numbers in JSON without loss: base64 of little-endian floats of 32 or 64 bits. */
@Internal
public final class Floats {
  private Floats() {}

  /**
   * {@return the numbers as text}
   *
   * @param values of 32 bits
   */
  public static String base64(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * {@return the numbers of a text, of 32 bits}
   *
   * @param base64 what {@link #base64(float[])} gave
   * @throws IllegalArgumentException if it is not base64 of whole numbers of this size
   */
  public static float[] of(String base64) {
    byte[] bytes = bytes(base64, Float.BYTES);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /**
   * {@return the numbers as text}
   *
   * @param values of 64 bits
   */
  public static String base64(double[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * {@return the numbers of a text, of 64 bits}
   *
   * @param base64 what {@link #base64(double[])} gave
   * @throws IllegalArgumentException if it is not base64 of whole numbers of this size
   */
  public static double[] doubles(String base64) {
    byte[] bytes = bytes(base64, Double.BYTES);
    double[] values = new double[bytes.length / Double.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }

  private static byte[] bytes(String base64, int size) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (bytes.length % size != 0) {
      throw new IllegalArgumentException(
          bytes.length + " bytes are no numbers of " + size + " bytes each");
    }
    return bytes;
  }
}
