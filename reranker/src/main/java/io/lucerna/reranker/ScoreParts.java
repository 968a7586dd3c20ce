package io.lucerna.reranker;

import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.model.LinearPass.Written;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a passage has its score: what tokens, or components, or both, add to it in the network made
 * linear around the pass ({@link io.lucerna.instrumentation.model.Gradient#FROZEN}; Modarressi et
 * al. 2023, section 3). A score of two texts that are read apart is divided twice, among the parts
 * of the query and among those of the passage, and by pairs of their tokens.
 *
 * @param score the score, as {@link Ranker#score} gives it
 * @param sides one for each text that the model reads: the pair, or query and passage
 * @param pairs what pairs of tokens add; empty where query and passage are read together, and for
 *     weights of terms
 */
public record ScoreParts(float score, List<SideParts> sides, Optional<Pairs> pairs) {

  /** Copies the list. */
  public ScoreParts {
    sides = List.copyOf(sides);
  }

  /**
   * {@return the same parts of the score as another call gave it, in whose batch it is rounded
   * otherwise}
   */
  ScoreParts withScore(float other) {
    return new ScoreParts(other, sides, pairs);
  }

  /**
   * {@return the score without the sum of one side's parts: what rounding leaves}
   *
   * @param side one of the sides
   */
  public double residual(SideParts side) {
    return score - side.byToken().sum();
  }

  /**
   * The parts of one text.
   *
   * @param side what the text is
   * @param tokens its tokens
   * @param byToken what each token adds, whatever way it took, and what biases add, with the score
   *     of equal logits where the score is the logarithm of a probability: together the score
   * @param components what heads and MLPs write into the residual stream, as far as it goes
   *     straight to the score
   * @param rest what the tokens' embeddings add straight, and the biases on that way: with the
   *     components the score
   * @param byBoth what each component adds, by the token that it has it from
   */
  public record SideParts(
      Side side,
      List<Token> tokens,
      Shares byToken,
      Map<Component, Double> components,
      Shares rest,
      Map<Component, Shares> byBoth) {

    /** Copies list and maps. */
    public SideParts {
      tokens = List.copyOf(tokens);
      components = Collections.unmodifiableMap(new LinkedHashMap<>(components));
      byBoth = Collections.unmodifiableMap(new LinkedHashMap<>(byBoth));
    }
  }

  /**
   * What is written straight to a score while one of its texts is read, and the other stays.
   *
   * @param side what the text is
   * @param written heads and MLPs, and the rest: together the score
   */
  public record Direct(Side side, Written written) {}

  /**
   * What pairs of a token of the query and one of the passage add to the score.
   *
   * @param values by token of the query, and then of the passage; the last row is that of the
   *     query's biases, the last column that of the passage's
   */
  public record Pairs(double[][] values) {}
}
