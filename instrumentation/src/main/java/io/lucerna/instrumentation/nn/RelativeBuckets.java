package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * DeBERTa's relative positions: each distance of a query to a key has a row in a table, and in
 * DeBERTa-v2 long distances share rows, the more the longer they are.
 *
 * @param span the table has twice as many rows; rows from {@code span} on are those of keys at or
 *     before the query
 * @param buckets rows for near and far together on each side; not above 0 where every distance has
 *     its own row
 * @param farthest the distance from which on all is one row
 */
public record RelativeBuckets(int span, int buckets, int farthest) {

  /** The table's row for a query that many positions after the key. */
  int row(int distance) {
    int bucket = buckets > 0 ? bucket(distance) : distance;
    return Math.clamp((long) bucket + span, 0, 2 * span - 1);
  }

  /**
   * Half of the buckets are single distances, the others grow with the logarithm. In fp32, as the
   * reference: where a distance is the edge of a bucket, the last bit decides.
   */
  private int bucket(int distance) {
    int middle = buckets / 2;
    int length = Math.abs(distance);
    if (length <= middle) {
      return distance;
    }
    float ratio = (float) Math.log((float) length / middle);
    float whole = (float) Math.log((float) ((farthest - 1.0) / middle));
    float steps = (float) Math.ceil(ratio / whole * (middle - 1)) + middle;
    return Integer.signum(distance) * (int) steps;
  }

  /** The first row that a text of that many positions needs. */
  int first(int positions) {
    return row(1 - positions);
  }

  /** The row after the last. */
  int end(int positions) {
    return row(positions - 1) + 1;
  }

  /** For each query and key the row, counted from {@link #first}: [S, S]. */
  public NDArray rows(int positions, NDManager scope) {
    long[] rows = new long[positions * positions];
    int first = first(positions);
    for (int distance = 1 - positions; distance < positions; distance++) {
      int row = row(distance) - first;
      for (int query = Math.max(0, distance);
          query < positions && query - distance < positions;
          query++) {
        rows[query * positions + query - distance] = row;
      }
    }
    return scope.create(rows, new Shape(positions, positions));
  }
}
