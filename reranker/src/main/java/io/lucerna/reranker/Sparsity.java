package io.lucerna.reranker;

import java.util.Locale;

/**
 * How many terms of the vocabulary have a weight in queries and passages, and what that costs.
 *
 * @param queries queries that were read
 * @param queryTerms terms with a weight above 0 in a query, on average
 * @param passages passages that were read
 * @param passageTerms the same for a passage
 * @param flops the multiplications that a query and a passage are expected to need: the sum over
 *     terms of the share of queries times the share of passages that have it (Formal et al. 2021,
 *     "SPLADE: Sparse Lexical and Expansion Model for First Stage Ranking", section 4.1)
 */
public record Sparsity(
    long queries, double queryTerms, long passages, double passageTerms, double flops) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f terms in a query (of %d), %.1f in a passage (of %d); FLOPS %.3f",
        queryTerms,
        queries,
        passageTerms,
        passages,
        flops);
  }
}
