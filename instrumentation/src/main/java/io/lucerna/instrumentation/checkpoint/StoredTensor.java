package io.lucerna.instrumentation.checkpoint;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a tensor lies in a file: element {@code (i, j, ...)} is number {@code i *
 * strides[0] + j * strides[1] + ...}, counted from the one at byte {@code offset}. No two indices
 * are the same element.
 *
 * @param varints the size in bytes of elements that are protobuf varints; 0 where all elements are
 *     as long as the type says
 * @param levels what numbers integers stand for; null where elements are what they are
 */
record StoredTensor(
    WeightFile file,
    String name,
    ElementType type,
    long[] shape,
    long[] strides,
    long offset,
    long varints,
    @Nullable Levels levels) {
  private static final int CHUNK = 1 << 16;
  private static final int BLOCK = 32;

  /** A tensor of elements that are as long as the type says, and are what they are. */
  StoredTensor(
      WeightFile file, String name, ElementType type, long[] shape, long[] strides, long offset) {
    this(file, name, type, shape, strides, offset, 0, null);
  }

  /** A tensor whose elements lie in row-major order without a gap. */
  static StoredTensor rowMajor(
      WeightFile file, String name, ElementType type, long[] shape, long offset) {
    return new StoredTensor(file, name, type, shape, rowMajorStrides(shape), offset);
  }

  /** The same row-major elements, written as varints of so many bytes in all. */
  StoredTensor ofVarints(long bytes) {
    return new StoredTensor(file, name, type, shape, strides, offset, bytes, levels);
  }

  /** The numbers that the row-major integers stand for. */
  StoredTensor scaled(Levels by) {
    return new StoredTensor(file, name, type, shape, strides, offset, varints, by);
  }

  /** Whether the values are floating-point numbers, however they are stored. */
  boolean floating() {
    return type.floating || levels != null;
  }

  private static long[] rowMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= shape[i];
    }
    return strides;
  }

  /** The same matrix {@code [out, in]} where this one is {@code [in, out]}. */
  StoredTensor transposed() {
    long[] shape = {this.shape[1], this.shape[0]};
    long[] strides = {this.strides[1], this.strides[0]};
    return new StoredTensor(file, name, type, shape, strides, offset, varints, levels);
  }

  /** Whether every index means the same element of the same file in both. */
  boolean sameView(StoredTensor other) {
    return file == other.file
        && type == other.type
        && offset == other.offset
        && Arrays.equals(shape, other.shape)
        && hasStrides(other.strides);
  }

  private boolean isRowMajor() {
    return span() == 0 || hasStrides(rowMajorStrides(shape));
  }

  /** Whether the strides are these, but for dimensions along which there is no step. */
  private boolean hasStrides(long[] wanted) {
    return IntStream.range(0, shape.length).allMatch(i -> shape[i] <= 1 || strides[i] == wanted[i]);
  }

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

  /** The size in bytes; -1 where it does not fit a long. */
  static long bytes(long[] shape, ElementType type) {
    long count = count(shape, type);
    return count < 0 ? -1 : count * type.bytes;
  }

  /** How many elements there are from the first to the last in the file, gaps included. */
  long span() {
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == 0) {
        return 0;
      }
      last += shape[i] > 1 ? (shape[i] - 1) * strides[i] : 0;
    }
    return last + 1;
  }

  /** The values as fp32; refuses integer types and values that are not finite. */
  float[] floats() {
    if (!floating()) {
      throw error("has type " + type + ", where a floating type (F32, F16, BF16, F64) is needed");
    }
    float[] stored = new float[arrayLength()];
    boolean ordered = isRowMajor();
    inChunks(
        0,
        stored.length,
        (chunk, at, count) -> {
          decode(chunk, stored, at, count, at);
          if (ordered) {
            requireFinite(stored, at, at + count, 0);
          }
        });
    if (ordered) {
      return stored;
    }
    float[] values = new float[(int) count(shape, type)];
    gather(0, 0, 0, (to, from) -> values[to] = stored[from]);
    requireFinite(values, 0, values.length, 0);
    return values;
  }

  /**
   * The values of a row-major tensor from number {@code from} on, as fp32; values that are not
   * finite are taken as they are.
   */
  float[] floats(long from, int count) {
    requireWithin(from, count);
    float[] values = new float[count];
    inChunks(from, count, (chunk, at, n) -> decode(chunk, values, at, n, from + at));
    return values;
  }

  private void decode(ByteBuffer chunk, float[] to, int at, int count, long first) {
    if (levels == null) {
      type.decode(chunk, to, at, count);
    } else {
      levels.decode(type, chunk, to, at, count, first);
    }
  }

  /** Some of the values of {@link #floats()}, in the same order. */
  float[] finite(long from, int count) {
    requireWithin(from, count);
    if (!floating() || varints > 0 || !isRowMajor()) {
      float[] all = floats();
      return count == all.length
          ? all
          : Arrays.copyOfRange(all, Math.toIntExact(from), Math.toIntExact(from + count));
    }
    float[] values = floats(from, count);
    requireFinite(values, 0, count, from);
    return values;
  }

  private void requireWithin(long from, int count) {
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
  }

  /** The values of an integer or boolean tensor. */
  long[] integers() {
    if (floating()) {
      throw error("has type " + type + ", where an integer type is needed");
    }
    long[] stored = new long[arrayLength()];
    inChunks(0, stored.length, (chunk, at, count) -> type.decode(chunk, stored, at, count));
    if (isRowMajor()) {
      return stored;
    }
    long[] values = new long[(int) count(shape, type)];
    gather(0, 0, 0, (to, from) -> values[to] = stored[from]);
    return values;
  }

  private interface ChunkReader {
    void read(ByteBuffer chunk, int at, int count);
  }

  private void inChunks(long from, int total, ChunkReader reader) {
    if (varints > 0) {
      fromVarints(total, reader);
      return;
    }
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

  /** Reads all elements, each as long as the type says. */
  private void fromVarints(int total, ChunkReader reader) {
    CodedInputStream in = CodedInputStream.newInstance(file.stream(offset, offset + varints));
    byte[] element = new byte[Long.BYTES];
    int perChunk = CHUNK / type.bytes;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (int at = 0; at < total; at += perChunk) {
        int count = Math.min(perChunk, total - at);
        chunk.clear();
        for (int i = 0; i < count; i++) {
          long value = in.readRawVarint64();
          if (!type.holds(value)) {
            throw error("holds " + value + ", which is no " + type);
          }
          ByteBuffer.wrap(element).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
          chunk.put(element, 0, type.bytes);
        }
        reader.read(chunk.flip(), at, count);
      }
      if (!in.isAtEnd()) {
        throw error("holds more than its " + total + " elements");
      }
    } catch (IOException e) {
      throw new CheckpointException(
          file.path() + ": tensor " + name + " does not hold its " + total + " elements", e);
    }
  }

  private int arrayLength() {
    long span = span();
    if (span > Integer.MAX_VALUE - 8) {
      throw error(
          "spans " + span + " elements; at most " + (Integer.MAX_VALUE - 8) + " can be read");
    }
    return (int) span;
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

  private interface Copy {
    void element(int to, int from);
  }

  /**
   * Copies the elements of the dimensions from {@code dimension} on into row-major order; of the
   * last two in blocks, so that neither reading nor writing leaves the processor's cache.
   *
   * @return how many
   */
  private int gather(int dimension, int to, int from, Copy copy) {
    int left = shape.length - dimension;
    if (left > 2) {
      int done = 0;
      for (int i = 0; i < shape[dimension]; i++) {
        done += gather(dimension + 1, to + done, (int) (from + i * strides[dimension]), copy);
      }
      return done;
    }
    int rows = left == 2 ? (int) shape[dimension] : 1;
    int columns = (int) shape[shape.length - 1];
    long rowStep = left == 2 ? strides[dimension] : 0;
    long columnStep = strides[shape.length - 1];
    for (int top = 0; top < rows; top += BLOCK) {
      for (int begin = 0; begin < columns; begin += BLOCK) {
        for (int r = top; r < Math.min(rows, top + BLOCK); r++) {
          for (int c = begin; c < Math.min(columns, begin + BLOCK); c++) {
            copy.element(to + r * columns + c, (int) (from + r * rowStep + c * columnStep));
          }
        }
      }
    }
    return rows * columns;
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": tensor " + name + " " + what);
  }
}
