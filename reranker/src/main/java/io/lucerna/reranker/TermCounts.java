package io.lucerna.reranker;

import io.lucerna.instrumentation.text.TokenBatch.Side;

/** Counts in how many queries and passages each term has a weight. Thread-safe. */
final class TermCounts {
  private final long[] inQueries;
  private final long[] inPassages;
  private long queries;
  private long passages;

  TermCounts(int terms) {
    inQueries = new long[terms];
    inPassages = new long[terms];
  }

  /** Counts one text. */
  synchronized void add(Side side, float[] weights) {
    boolean query = side == Side.QUERY;
    long[] counts = query ? inQueries : inPassages;
    for (int term = 0; term < counts.length; term++) {
      if (weights[term] > 0) {
        counts[term]++;
      }
    }
    if (query) {
      queries++;
    } else {
      passages++;
    }
  }

  /** What was counted so far. */
  synchronized Sparsity sparsity() {
    double q = Math.max(1, queries);
    double p = Math.max(1, passages);
    double queryTerms = 0;
    double passageTerms = 0;
    double flops = 0;
    for (int term = 0; term < inQueries.length; term++) {
      queryTerms += inQueries[term] / q;
      passageTerms += inPassages[term] / p;
      flops += inQueries[term] / q * (inPassages[term] / p);
    }
    return new Sparsity(queries, queryTerms, passages, passageTerms, flops);
  }
}
