package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Gradient;

/**
 * Late interaction: for each vector of the query the largest inner product with a vector of the
 * passage, summed (Khattab and Zaharia 2020, equation 3). Computed in double precision, rounded
 * once. Where several products are the largest, the first of them has the derivatives.
 *
 * @param width numbers of one vector; an output is vectors one after the other
 */
record MaxSim(int width) implements Comparison {
  @Override
  public float of(float[] query, float[] passage) {
    double sum = 0;
    for (int q = 0; q < query.length; q += width) {
      sum += product(query, q, passage, nearest(query, q, passage));
    }
    return (float) sum;
  }

  @Override
  public float[] slopeByQuery(float[] query, float[] passage, Gradient kind) {
    float[] slope = new float[query.length];
    for (int q = 0; q < query.length; q += width) {
      System.arraycopy(passage, nearest(query, q, passage), slope, q, width);
    }
    return slope;
  }

  @Override
  public float[] slopeByPassage(float[] query, float[] passage, Gradient kind) {
    float[] slope = new float[passage.length];
    for (int q = 0; q < query.length; q += width) {
      int p = nearest(query, q, passage);
      for (int i = 0; i < width; i++) {
        slope[p + i] += query[q + i];
      }
    }
    return slope;
  }

  /** Where the passage's vector begins that has the largest product with one of the query's. */
  int nearest(float[] query, int q, float[] passage) {
    int nearest = 0;
    double best = Double.NEGATIVE_INFINITY;
    for (int p = 0; p < passage.length; p += width) {
      double product = product(query, q, passage, p);
      if (product > best) {
        best = product;
        nearest = p;
      }
    }
    return nearest;
  }

  /** The inner product of two vectors, which begin at these places. */
  double product(float[] query, int q, float[] passage, int p) {
    double product = 0;
    for (int i = 0; i < width; i++) {
      product += (double) query[q + i] * passage[p + i];
    }
    return product;
  }
}
