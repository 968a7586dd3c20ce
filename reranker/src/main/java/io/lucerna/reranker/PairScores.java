package io.lucerna.reranker;

import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;

/**
 * The scores of one query's passages, in the order in which the passages were given.
 *
 * @param scores one finite score per passage; higher is better
 * @param tokens the number of token ids that the model saw for each passage (of the pair, for a
 *     cross-encoder)
 * @param truncated whether the passage, or the pair, lost tokens to the length limit
 */
public record PairScores(float[] scores, int[] tokens, boolean[] truncated) {

  static PairScores of(float[] scores, List<TokenSequence> read) {
    int[] tokens = new int[scores.length];
    boolean[] truncated = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      if (!Float.isFinite(scores[i])) {
        throw new ScoreException(
            "the model gave the score " + scores[i] + " to passage number " + i);
      }
      tokens[i] = read.get(i).length();
      truncated[i] = read.get(i).truncated();
    }
    return new PairScores(scores, tokens, truncated);
  }

  /** {@return how many passages were cut to the length limit} */
  public int truncatedCount() {
    int count = 0;
    for (boolean cut : truncated) {
      count += cut ? 1 : 0;
    }
    return count;
  }
}
