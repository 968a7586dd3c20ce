package io.lucerna.reranker;

/**
 * Late interaction: for each vector of the query the largest inner product with a vector of the
 * passage, summed (Khattab and Zaharia 2020, equation 3). Computed in double precision, rounded
 * once.
 *
 * @param width numbers of one vector; an output is vectors one after the other
 */
record MaxSim(int width) implements Comparison {
  @Override
  public float of(float[] query, float[] passage) {
    double sum = 0;
    for (int q = 0; q < query.length; q += width) {
      double best = Double.NEGATIVE_INFINITY;
      for (int p = 0; p < passage.length; p += width) {
        double product = 0;
        for (int i = 0; i < width; i++) {
          product += (double) query[q + i] * passage[p + i];
        }
        best = Math.max(best, product);
      }
      sum += best;
    }
    return (float) sum;
  }
}
