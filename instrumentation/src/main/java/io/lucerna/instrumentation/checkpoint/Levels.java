package io.lucerna.instrumentation.checkpoint;

import java.nio.ByteBuffer;

/**
 * How stored integers stand for numbers: {@code (integer - zero) * scale}, computed in fp32, with
 * one zero and scale for a whole tensor, or one for each index of an axis.
 *
 * @param scales one, or one for each index of the axis
 * @param zeros as many as there are scales
 * @param step how many elements in a row have the same index
 */
record Levels(float[] scales, long[] zeros, long step) {

  /**
   * Reads elements as numbers.
   *
   * @param first the number of the first element in the tensor, in the file's order
   */
  void decode(ElementType type, ByteBuffer from, float[] to, int at, int count, long first) {
    long[] integers = new long[count];
    type.decode(from, integers, 0, count);
    int index = (int) (first / step % scales.length);
    long left = step - first % step;
    for (int i = 0; i < count; i++) {
      to[at + i] = (integers[i] - zeros[index]) * scales[index];
      if (--left == 0) {
        left = step;
        index = index + 1 == scales.length ? 0 : index + 1;
      }
    }
  }
}
