package io.lucerna.eval;

import java.util.Arrays;

/** The documents of one topic while a run is read: ids as bytes, found again by a hash table. */
final class ReadTopic {
  private byte[] bytes = new byte[256];
  private int[] ends = new int[16];
  private float[] scores = new float[16];
  private int size;

  /** A place of a document plus 1, or 0 where the slot is free; open addressing. */
  private int[] slots = new int[32];

  /**
   * Adds a document.
   *
   * @param source holds its id, in UTF-8
   * @return false if it is there already
   */
  boolean add(byte[] source, int from, int to, float score) {
    int slot = slot(source, from, to);
    if (slots[slot] != 0) {
      return false;
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, 2 * size);
      scores = Arrays.copyOf(scores, 2 * size);
    }
    int start = start(size);
    int end = Math.addExact(start, to - from);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, Math.addExact(bytes.length, bytes.length / 2)));
    }
    System.arraycopy(source, from, bytes, start, to - from);
    ends[size] = end;
    scores[size] = score;
    slots[slot] = ++size;
    if (2 * size > slots.length) {
      slots = new int[2 * slots.length];
      for (int i = 0; i < size; i++) {
        slots[slot(bytes, start(i), ends[i])] = i + 1;
      }
    }
    return true;
  }

  private int start(int place) {
    return place == 0 ? 0 : ends[place - 1];
  }

  /** The slot of an id, or the free one where it belongs. */
  private int slot(byte[] source, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + source[i];
    }
    int slot = (hash * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(slots.length - 1);
    while (slots[slot] != 0) {
      int place = slots[slot] - 1;
      if (Arrays.equals(bytes, start(place), ends[place], source, from, to)) {
        break;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  /** The documents in the order of {@link Run#ORDER}. */
  Ranking ranking(String topic) {
    int[] order = order();
    byte[] sortedBytes = new byte[start(size)];
    int[] sortedEnds = new int[size];
    float[] sortedScores = new float[size];
    int end = 0;
    for (int i = 0; i < size; i++) {
      int place = order[i];
      int length = ends[place] - start(place);
      System.arraycopy(bytes, start(place), sortedBytes, end, length);
      end += length;
      sortedEnds[i] = end;
      sortedScores[i] = scores[place];
    }
    return new Ranking(topic, new Docnos.Packed(sortedBytes, sortedEnds), sortedScores);
  }

  private int[] order() {
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      keys[i] = (long) falling(scores[i]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[size];
    int from = 0;
    for (int i = 0; i < size; i++) {
      order[i] = (int) keys[i];
      if (i + 1 == size || keys[i + 1] >> 32 != keys[i] >> 32) {
        sortTied(order, from, i + 1);
        from = i + 1;
      }
    }
    return order;
  }

  /** A whole number that falls where the score rises; the two zeros have one. */
  private static int falling(float score) {
    int bits = Float.floatToIntBits(score + 0.0f);
    return ~(bits < 0 ? bits ^ Integer.MAX_VALUE : bits);
  }

  private void sortTied(int[] order, int from, int to) {
    if (to - from < 2) {
      return;
    }
    Integer[] tied = Arrays.stream(order, from, to).boxed().toArray(Integer[]::new);
    Arrays.sort(
        tied, (a, b) -> Arrays.compareUnsigned(bytes, start(b), ends[b], bytes, start(a), ends[a]));
    for (int i = 0; i < tied.length; i++) {
      order[from + i] = tied[i];
    }
  }
}
