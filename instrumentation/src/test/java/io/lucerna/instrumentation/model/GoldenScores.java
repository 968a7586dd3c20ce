package io.lucerna.instrumentation.model;

import java.util.Arrays;

/**
 * Derivatives, by a batch's outputs, of the scores that the goldens' gradients are of. A score of
 * two texts is of each text with the first, which counts as constant.
 */
final class GoldenScores {
  private GoldenScores() {}

  static float[][] lastLabel(float[][] rows) {
    return each(
        rows,
        row -> {
          float[] slope = new float[row.length];
          slope[row.length - 1] = 1;
          return slope;
        });
  }

  /** ln(exp b / (exp a + exp b)). */
  static float[][] logSoftmaxOfSecond(float[][] rows) {
    return each(
        rows,
        row -> {
          double first = 1 / (1 + Math.exp((double) row[1] - row[0]));
          return new float[] {(float) -first, (float) first};
        });
  }

  /** x q / (|x| |q|). */
  static float[][] cosineToFirst(float[][] rows) {
    float[] q = rows[0].clone();
    return each(
        rows,
        x -> {
          double qq = dot(q, q, 0, 0, q.length);
          double xx = dot(x, x, 0, 0, q.length);
          double qx = dot(q, x, 0, 0, q.length);
          float[] slope = new float[x.length];
          for (int i = 0; i < x.length; i++) {
            slope[i] = (float) ((q[i] - x[i] * qx / xx) / Math.sqrt(qq * xx));
          }
          return slope;
        });
  }

  static float[][] dotWithFirst(float[][] rows) {
    float[] q = rows[0].clone();
    return each(rows, x -> q.clone());
  }

  /** The sum over the first text's vectors of the largest product with one of the other's. */
  static float[][] maxSimToFirst(float[][] rows, int width) {
    float[] q = rows[0].clone();
    return each(
        rows,
        x -> {
          float[] slope = new float[x.length];
          for (int i = 0; i < q.length; i += width) {
            int best = 0;
            for (int j = width; j < x.length; j += width) {
              if (dot(q, x, i, j, width) > dot(q, x, i, best, width)) {
                best = j;
              }
            }
            for (int d = 0; d < width; d++) {
              slope[best + d] += q[i + d];
            }
          }
          return slope;
        });
  }

  private interface Slope {
    float[] of(float[] row);
  }

  private static float[][] each(float[][] rows, Slope slope) {
    return Arrays.stream(rows).map(slope::of).toArray(float[][]::new);
  }

  private static double dot(float[] a, float[] b, int from, int other, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) a[from + i] * b[other + i];
    }
    return sum;
  }
}
