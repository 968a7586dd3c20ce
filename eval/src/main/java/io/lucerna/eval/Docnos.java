package io.lucerna.eval;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The ids of a ranking's documents, by place; immutable. */
sealed interface Docnos {
  int size();

  String get(int place);

  /** The first ones. */
  Docnos top(int count);

  /** Ids that came as strings. */
  final class Texts implements Docnos {
    private final String[] ids;

    Texts(String[] ids) {
      this.ids = ids;
    }

    @Override
    public int size() {
      return ids.length;
    }

    @Override
    public String get(int place) {
      return ids[place];
    }

    @Override
    public Docnos top(int count) {
      return new Texts(Arrays.copyOf(ids, count));
    }
  }

  /** Ids that came from a file, as UTF-8 one after the other: a string takes 8 times the room. */
  final class Packed implements Docnos {
    private final byte[] bytes;

    /** Where each id ends in the bytes. */
    private final int[] ends;

    Packed(byte[] bytes, int[] ends) {
      this.bytes = bytes;
      this.ends = ends;
    }

    @Override
    public int size() {
      return ends.length;
    }

    @Override
    public String get(int place) {
      int start = place == 0 ? 0 : ends[place - 1];
      return new String(bytes, start, ends[place] - start, StandardCharsets.UTF_8);
    }

    @Override
    public Docnos top(int count) {
      int length = count == 0 ? 0 : ends[count - 1];
      return new Packed(Arrays.copyOf(bytes, length), Arrays.copyOf(ends, count));
    }
  }
}
