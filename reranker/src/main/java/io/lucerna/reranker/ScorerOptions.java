package io.lucerna.reranker;

import java.util.OptionalInt;

/**
 * How a ranker is loaded.
 *
 * @param maxTokens upper bound on the token ids of one input; empty for the model's own limit, at most 512
 * @param batchSize how many inputs go through the network at once
 * @param label the output that scores, for a classifier with two labels; empty for the last one
 */
public record ScorerOptions(OptionalInt maxTokens, int batchSize, OptionalInt label) {

  /** The model's own limit, batches of 32, the last label. */
  public static ScorerOptions defaults() {
    return new ScorerOptions(OptionalInt.empty(), 32, OptionalInt.empty());
  }

  /** Checks the bounds. */
  public ScorerOptions {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
    }
    if (maxTokens.isPresent() && maxTokens.getAsInt() < 4) {
      throw new IllegalArgumentException("max tokens must be at least 4, got " + maxTokens.getAsInt());
    }
  }
}
