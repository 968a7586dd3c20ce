package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.model.HookedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How a point's activations are kept.
 *
 * @param point the point
 * @param kind what one kept position has
 * @param rest the sizes of the dimensions after the position: known beforehand but for positions of
 *     the key, which are as many as the input has tokens, here -1
 */
public record PointShape(HookPoint point, Kind kind, long[] rest) {

  /** The kinds of points. */
  public enum Kind {
    /** One row for each kept position. */
    BY_POSITION,
    /** For each kept position of the query one row per head over all positions of the key. */
    BY_KEY,
    /** One row for the whole input, whatever positions are kept. */
    WHOLE,
    /**
     * One row for each head over all positions of the key, whatever positions are kept: the
     * decoder's one position attends.
     */
    WHOLE_BY_KEY
  }

  /** The batch, and what a row is one of: a position, or the decoder's only one. */
  private static final Set<String> OUTER = Set.of("batch", "pos", "qpos", "dec");

  /** The shape of a point in a model. */
  public static PointShape of(HookPoint point, HookedModel model) {
    List<String> names = Arrays.asList(point.site().dimensions().split(", "));
    Kind kind =
        names.contains("kpos")
            ? names.contains("qpos") ? Kind.BY_KEY : Kind.WHOLE_BY_KEY
            : names.contains("pos") ? Kind.BY_POSITION : Kind.WHOLE;
    long[] rest =
        names.stream()
            .filter(name -> !OUTER.contains(name))
            .mapToLong(name -> size(name, model))
            .toArray();
    return new PointShape(point, kind, rest);
  }

  private static long size(String dimension, HookedModel model) {
    return dimension.equals("kpos") ? -1 : model.registry().size(dimension).orElseThrow();
  }

  /** How many rows an input has at this point. */
  int rows(int keptPositions) {
    return whole() ? 1 : keptPositions;
  }

  /** Whether an input has one row, whatever positions are kept. */
  boolean whole() {
    return kind == Kind.WHOLE || kind == Kind.WHOLE_BY_KEY;
  }

  /** Whether rows are as long as the input, so that no two inputs' rows fit together. */
  boolean byKey() {
    return kind == Kind.BY_KEY || kind == Kind.WHOLE_BY_KEY;
  }

  /** How many numbers one row has, in an input of that many tokens. */
  long perRow(int tokens) {
    long count = 1;
    for (long size : rest) {
      count *= size < 0 ? tokens : size;
    }
    return count;
  }

  /** The shape of some rows. */
  long[] shape(long rows, int tokens) {
    long[] shape = new long[rest.length + 1];
    shape[0] = rows;
    for (int i = 0; i < rest.length; i++) {
      shape[i + 1] = rest[i] < 0 ? tokens : rest[i];
    }
    return shape;
  }
}
