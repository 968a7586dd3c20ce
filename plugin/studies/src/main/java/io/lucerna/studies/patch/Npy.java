package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes one array in NumPy's format 1.0 (numpy.lib.format): C order, little-endian, value by
 * value. Close it after the last.
 */
@Internal
public final class Npy implements Closeable {
  /** The header's length is a multiple of this. */
  private static final int ALIGNMENT = 64;

  private static final int BUFFER = 1 << 16;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long left;

  private Npy(OutputStream out, String type, int... shape) throws IOException {
    this.out = new BufferedOutputStream(out);
    this.left = Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
    String dimensions =
        Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
    // One dimension is written (3,), two are written (3, 4).
    String tuple =
        shape.length == 1 ? dimensions : dimensions.substring(0, dimensions.length() - 1);
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + tuple + "), }";
    int before = MAGIC.length + Short.BYTES;
    int padding = ALIGNMENT - (before + header.length() + 1) % ALIGNMENT;
    byte[] text =
        (header + " ".repeat(padding % ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer start = ByteBuffer.allocate(before).order(ByteOrder.LITTLE_ENDIAN);
    this.out.write(start.put(MAGIC).putShort((short) text.length).array());
    this.out.write(text);
  }

  /** An array of 32-bit floats. */
  static Npy floats(OutputStream out, int... shape) throws IOException {
    return new Npy(out, "<f4", shape);
  }

  /**
   * {@return an array of 64-bit floats}
   *
   * @param out where it goes; it stays the caller's
   * @param shape its dimensions, outermost first
   * @throws IOException if the header cannot be written
   */
  public static Npy doubles(OutputStream out, int... shape) throws IOException {
    return new Npy(out, "<f8", shape);
  }

  /** An array of signed bytes. */
  static Npy bytes(OutputStream out, int... shape) throws IOException {
    return new Npy(out, "|i1", shape);
  }

  void put(float value) throws IOException {
    room();
    buffer.putFloat(value);
  }

  /**
   * Adds a value to an array of 64-bit floats.
   *
   * @param value the next one in C order
   * @throws IOException if it cannot be written
   */
  public void put(double value) throws IOException {
    room();
    buffer.putDouble(value);
  }

  void put(byte value) throws IOException {
    room();
    buffer.put(value);
  }

  private void room() throws IOException {
    if (left-- <= 0) {
      throw new IllegalStateException("more values than the shape holds");
    }
    if (buffer.remaining() < Double.BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  /** Writes what is left; the stream below stays open. */
  @Override
  public void close() throws IOException {
    if (left != 0) {
      throw new IllegalStateException(left + " values are missing");
    }
    flush();
    out.flush();
  }
}
