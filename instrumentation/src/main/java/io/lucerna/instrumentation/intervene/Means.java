package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.intervene.Operation.Per;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Means of a recording at one point and side: of each position, or of all positions of each role.
 * Sums are in double precision, in the order of recording.
 */
final class Means {
  /** Sums of a position's or role's numbers, [head, width], and how many there are of each. */
  private static final class Sum {
    double[] values = new double[0];
    int[] counts = new int[0];
    int width;

    /** Makes room; the heads' rows of attention grow with the longest text. */
    void grow(int heads, int to) {
      if (to <= width) {
        return;
      }
      double[] more = new double[heads * to];
      int[] moreCounts = new int[heads * to];
      for (int head = 0; head < heads && width > 0; head++) {
        System.arraycopy(values, head * width, more, head * to, width);
        System.arraycopy(counts, head * width, moreCounts, head * to, width);
      }
      values = more;
      counts = moreCounts;
      width = to;
    }
  }

  private final PointShape shape;
  private final Per per;
  private final Map<Object, Sum> sums = new HashMap<>();

  private Means(PointShape shape, Per per) {
    this.shape = shape;
    this.per = per;
  }

  /** Reads the whole recording once. A query that many pairs share counts once. */
  static Means of(Recorded recorded, PointShape shape, Side side, Per per) {
    Means means = new Means(shape, per);
    Set<List<String>> queries = new HashSet<>();
    for (String id : recorded.ids()) {
      if (side != Side.QUERY || queries.add(Recorded.pieces(recorded.tokens(id, side)))) {
        means.add(recorded.donor(id, side, shape));
      }
    }
    return means;
  }

  private void add(Donor donor) {
    Slice slice = donor.slice();
    int width = shape.hasKeys() ? (int) slice.shape()[2] : shape.units();
    for (int row = 0; row < slice.positions().length; row++) {
      int position = slice.positions()[row];
      Sum sum = sums.computeIfAbsent(key(donor.tokens(), position), k -> new Sum());
      sum.grow(shape.heads(), width);
      for (int head = 0; head < shape.heads(); head++) {
        int from = (row * shape.heads() + head) * width;
        for (int e = 0; e < width; e++) {
          sum.values[head * sum.width + e] += slice.values()[from + e];
          sum.counts[head * sum.width + e]++;
        }
      }
    }
  }

  private Object key(List<Token> tokens, int position) {
    if (!shape.hasPositions()) {
      return 0;
    }
    return per == Per.POSITION ? (Object) position : tokens.get(position).role();
  }

  /** The means instead of a text's numbers. */
  Edit.Cell cell(List<Token> text) {
    return (values, offset, elements, position, head) -> {
      Sum sum = sums.get(key(text, position));
      if (sum == null) {
        return false;
      }
      boolean all = true;
      for (int i = 0; i < elements.length; i++) {
        int at = head * sum.width + elements[i];
        if (elements[i] < sum.width && sum.counts[at] > 0) {
          values[offset + i] = sum.values[at] / sum.counts[at];
        } else {
          all = false;
        }
      }
      return all;
    };
  }
}
