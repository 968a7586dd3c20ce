package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Gradient;

/**
 * How a bi-encoder compares the query's vector with a passage's. Computed in double precision,
 * rounded once.
 */
public enum Similarity implements Comparison {
  /** The inner product. */
  DOT,
  /** The inner product of the vectors divided by their Euclidean lengths. */
  COSINE;

  /** What the product of two lengths is taken for if it is smaller. */
  private static final double SMALLEST = 1e-24;

  /**
   * {@return the similarity of an option's value: {@code dot} or {@code cosine}}
   *
   * @param option the option's value, or sentence-transformers' {@code dot_score} or {@code
   *     cos_sim}
   * @throws IllegalArgumentException naming these
   */
  public static Similarity parse(String option) {
    return switch (option) {
      case "dot", "dot_score" -> DOT;
      case "cosine", "cos_sim" -> COSINE;
      default ->
          throw new IllegalArgumentException("similarity must be dot or cosine, got " + option);
    };
  }

  @Override
  public float of(float[] a, float[] b) {
    double product = inner(a, b);
    return (float)
        switch (this) {
          case DOT -> product;
          case COSINE ->
              product / Math.max(SMALLEST, Math.sqrt(inner(a, a)) * Math.sqrt(inner(b, b)));
        };
  }

  @Override
  public float[] slopeByQuery(float[] query, float[] passage, Gradient kind) {
    return slope(query, passage, kind);
  }

  @Override
  public float[] slopeByPassage(float[] query, float[] passage, Gradient kind) {
    return slope(passage, query, kind);
  }

  /** By the first of two vectors. */
  private float[] slope(float[] x, float[] other, Gradient kind) {
    if (this == DOT) {
      return other.clone();
    }
    double square = inner(x, x);
    double lengths = Math.max(SMALLEST, Math.sqrt(square) * Math.sqrt(inner(other, other)));
    double along = square == 0 || kind == Gradient.FROZEN ? 0 : inner(x, other) / square;
    float[] slope = new float[x.length];
    for (int i = 0; i < slope.length; i++) {
      slope[i] = (float) ((other[i] - along * x[i]) / lengths);
    }
    return slope;
  }

  static double inner(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
