package io.lucerna.instrumentation.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Where and how a tensor lies in a file: {@code shape} as stored, row-major from byte {@code
 * offset}. A {@code transposed} tensor is stored {@code [in, out]} and read as {@code [out, in]}.
 */
record StoredTensor(
    WeightFile file, String name, ElementType type, long[] shape, long offset, boolean transposed) {
  private static final int CHUNK = 1 << 20;

  /** The number of elements; -1 where it, or its size in bytes, does not fit a long. */
  static long count(long[] shape, ElementType type) {
    try {
      long count = 1;
      for (long dimension : shape) {
        count = Math.multiplyExact(count, dimension);
      }
      Math.multiplyExact(count, type.bytes);
      return count;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /** The shape as it is read. */
  long[] readShape() {
    return transposed ? new long[] {shape[1], shape[0]} : shape.clone();
  }

  /** The values as fp32; refuses integer types and values that are not finite. */
  float[] floats() {
    if (!type.floating) {
      throw error("has type " + type + ", where a floating type (F32, F16, BF16, F64) is needed");
    }
    float[] values = new float[arrayLength()];
    inChunks(
        0,
        values.length,
        (chunk, at, count) -> {
          type.decode(chunk, values, at, count);
          requireFinite(values, at, at + count, 0);
        });
    return transposed ? transpose(values, (int) shape[0], (int) shape[1]) : values;
  }

  /**
   * The values from number {@code from} on, in storage order, as fp32; values that are not finite
   * are taken as they are.
   */
  float[] floats(long from, int count) {
    if (from < 0 || count < 0 || from + count > count(shape, type)) {
      throw error(
          "has "
              + count(shape, type)
              + " elements; "
              + count
              + " from number "
              + from
              + " were asked for");
    }
    float[] values = new float[count];
    inChunks(from, count, (chunk, at, n) -> type.decode(chunk, values, at, n));
    return values;
  }

  /** Some of the values of {@link #floats()}, in the same order. */
  float[] finite(long from, int count) {
    if (!type.floating || transposed) {
      return Arrays.copyOfRange(floats(), Math.toIntExact(from), Math.toIntExact(from + count));
    }
    float[] values = floats(from, count);
    requireFinite(values, 0, count, from);
    return values;
  }

  /** The values of an integer or boolean tensor. */
  long[] integers() {
    if (type.floating) {
      throw error("has type " + type + ", where an integer type is needed");
    }
    long[] values = new long[arrayLength()];
    inChunks(0, values.length, (chunk, at, count) -> type.decode(chunk, values, at, count));
    return values;
  }

  private interface ChunkReader {
    void read(ByteBuffer chunk, int at, int count);
  }

  private void inChunks(long from, int total, ChunkReader reader) {
    int perChunk = CHUNK / type.bytes;
    ByteBuffer chunk =
        ByteBuffer.allocate(Math.min(perChunk, total) * type.bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < total; at += perChunk) {
      int count = Math.min(perChunk, total - at);
      chunk.clear().limit(count * type.bytes);
      file.read(offset + (from + at) * type.bytes, chunk);
      reader.read(chunk, at, count);
    }
  }

  private int arrayLength() {
    long count = count(shape, type);
    if (count > Integer.MAX_VALUE - 8) {
      throw error(
          "has " + count + " elements; at most " + (Integer.MAX_VALUE - 8) + " can be read");
    }
    return (int) count;
  }

  /**
   * Refuses values that are not finite.
   *
   * @param first the number of the tensor's value that is the array's first
   */
  private void requireFinite(float[] values, int from, int to, long first) {
    for (int i = from; i < to; i++) {
      // False for NaN too; an fp64 value that fp32 cannot hold was decoded as NaN.
      if (!(Math.abs(values[i]) <= Float.MAX_VALUE)) {
        throw error(
            "value at index "
                + (first + i)
                + (type == ElementType.F64
                    ? " is not finite or is an fp64 value that fp32 cannot hold exactly"
                    : " is " + values[i] + "; every weight must be finite"));
      }
    }
  }

  private static float[] transpose(float[] from, int rows, int columns) {
    float[] to = new float[from.length];
    int block = 32;
    for (int top = 0; top < rows; top += block) {
      for (int left = 0; left < columns; left += block) {
        for (int r = top; r < Math.min(rows, top + block); r++) {
          for (int c = left; c < Math.min(columns, left + block); c++) {
            to[c * rows + r] = from[r * columns + c];
          }
        }
      }
    }
    return to;
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": tensor " + name + " " + what);
  }
}
