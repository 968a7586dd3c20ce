package io.lucerna.reranker;

/**
 * The scores of one query's passages, in the order in which the passages were given.
 *
 * @param scores one finite score per passage; higher is better
 * @param tokens the number of token ids that the model saw for each passage (of the pair, for a cross-encoder)
 * @param truncated whether the passage lost tokens to the length limit
 */
public record PairScores(float[] scores, int[] tokens, boolean[] truncated) {

  /** How many passages were cut to the length limit. */
  public int truncatedCount() {
    int count = 0;
    for (boolean cut : truncated) {
      count += cut ? 1 : 0;
    }
    return count;
  }
}
