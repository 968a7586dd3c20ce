package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.model.HookedModel;
import java.util.Arrays;
import java.util.List;

/**
 * How a point's activations are kept.
 *
 * @param point the point
 * @param kind what one kept position has
 * @param rest the sizes of the dimensions after the position: known beforehand but for the last one
 *     of {@link Kind#BY_KEY}, the input's length, which stands here as -1
 */
public record PointShape(HookPoint point, Kind kind, long[] rest) {

  /** The three kinds of points. */
  public enum Kind {
    /** One row for each kept position. */
    BY_POSITION,
    /** For each kept position of the query one row per head over all positions of the key. */
    BY_KEY,
    /** One row for the whole input, whatever positions are kept. */
    WHOLE
  }

  /** The shape of a point in a model. */
  public static PointShape of(HookPoint point, HookedModel model) {
    List<String> names = Arrays.asList(point.site().dimensions().split(", "));
    Kind kind =
        names.contains("kpos")
            ? Kind.BY_KEY
            : names.contains("pos") ? Kind.BY_POSITION : Kind.WHOLE;
    long[] rest =
        names.stream()
            .filter(name -> !name.equals("batch") && !name.equals("pos") && !name.equals("qpos"))
            .mapToLong(name -> size(name, model))
            .toArray();
    return new PointShape(point, kind, rest);
  }

  private static long size(String dimension, HookedModel model) {
    return dimension.equals("kpos") ? -1 : model.registry().size(dimension).orElseThrow();
  }

  /** How many rows an input has at this point. */
  int rows(int keptPositions) {
    return kind == Kind.WHOLE ? 1 : keptPositions;
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
