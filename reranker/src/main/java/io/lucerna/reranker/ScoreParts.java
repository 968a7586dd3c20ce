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
 * of the query and among those of the passage, and by what meets between them.
 *
 * @param score the score, as {@link Ranker#score} gives it
 * @param sides one for each text that the model reads: the pair, or query and passage
 * @param meeting where the two texts meet; empty where they are read together, or it was not asked
 *     for
 */
public record ScoreParts(float score, List<SideParts> sides, Optional<Meeting> meeting) {

  /** Copies the list. */
  public ScoreParts {
    sides = List.copyOf(sides);
  }

  /**
   * {@return the same parts of the score as another call gave it, in whose batch it is rounded
   * otherwise}
   */
  ScoreParts withScore(float other) {
    return new ScoreParts(other, sides, meeting);
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
   * @param byBoth what each component adds, by the token that it has it from; empty if it was not
   *     asked for
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

  /** Where two texts that are read apart meet in the score. */
  public sealed interface Meeting {}

  /**
   * Two vectors: what pairs of a token of the query and one of the passage add to the score.
   *
   * @param values by token of the query, and then of the passage; the last row is that of the
   *     query's biases, the last column that of the passage's
   */
  public record Pairs(double[][] values) implements Meeting {}

  /**
   * Late interaction: the products of the tokens' vectors, of which each token of the query adds
   * the largest (Khattab and Zaharia 2020, equation 3). Where several are, the first of them is
   * taken, in the score's derivatives too.
   *
   * @param products by token of the query, and then of the passage; NaN at a token of the passage
   *     that has no vector
   * @param taken for each token of the query the token of the passage whose product is in the score
   */
  public record MaxSims(double[][] products, int[] taken) implements Meeting {}

  /**
   * Weights of terms: what the terms that both texts have add to the score.
   *
   * @param heaviest those that add the most, the largest first
   * @param other what all other terms add, by token of the passage
   */
  public record Terms(List<Term> heaviest, Shares other) implements Meeting {
    /** Copies the list. */
    public Terms {
      heaviest = List.copyOf(heaviest);
    }
  }

  /**
   * A term of the vocabulary, whose part of the score is the product of its two weights.
   *
   * @param text the vocabulary's entry
   * @param query its weight in the query, over what the score divides by
   * @param passage its weight in the passage
   * @param byToken what the passage's tokens and biases add to the product
   */
  public record Term(String text, double query, double passage, Shares byToken) {}
}
