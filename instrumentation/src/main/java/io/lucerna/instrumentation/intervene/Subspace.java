package io.lucerna.instrumentation.intervene;

import java.util.Locale;

/**
 * A subspace as an orthonormal basis, in double precision.
 *
 * @param basis the rows of Q
 */
record Subspace(double[][] basis) {
  /** What is left of a vector that depends on those before it, relative to its length. */
  private static final double DEPENDENT = 1e-6;

  /**
   * The span of vectors, by Gram and Schmidt's process, done twice for each vector (Giraud, Langou
   * and Rozloznik 2005): the QR decomposition of the vectors.
   *
   * @throws IllegalArgumentException if a vector lies in the span of those before it: fp32 vectors
   *     do not say where it points
   */
  static Subspace spanning(double[][] vectors) {
    double[][] basis = new double[vectors.length][];
    for (int i = 0; i < vectors.length; i++) {
      double[] left = scaled(vectors[i], 1 / norm(vectors[i]));
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          addTo(left, basis[j], -dot(basis[j], left));
        }
      }
      double length = norm(left);
      if (!(length > DEPENDENT)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "vector %d of %d lies in the span of those before it",
                i + 1,
                vectors.length));
      }
      basis[i] = scaled(left, 1 / length);
    }
    return new Subspace(basis);
  }

  private static double norm(double[] x) {
    // Scaled, so that squares of very large or small numbers stay finite.
    double largest = 0;
    for (double value : x) {
      largest = Math.max(largest, Math.abs(value));
    }
    double[] ratio = scaled(x, 1 / largest);
    return largest * Math.sqrt(dot(ratio, ratio));
  }

  private static double[] scaled(double[] x, double factor) {
    double[] result = new double[x.length];
    addTo(result, x, factor);
    return result;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void addTo(double[] to, double[] x, double factor) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * x[i];
    }
  }
}
