package io.lucerna.eval;

import io.lucerna.base.Given;
import java.util.ArrayList;
import java.util.List;

/** Puts new scores on the top of a ranking and keeps the rest below. */
public final class Reordering {
  private Reordering() {}

  /**
   * Ranks the first {@code scores.length} documents by the new scores. All others follow in the
   * order they had, each one step of float below the one before, the first below the lowest new
   * score.
   *
   * @param first the ranking whose top is reranked; unchanged here
   * @param scores the new scores of its first documents, in its order, finite; no more than it has
   *     documents
   * @return all documents of the ranking in their new order
   * @throws IllegalArgumentException if a score is not finite
   */
  public static Ranking of(Ranking first, float[] scores) {
    Given.value(first, "the ranking");
    Given.value(scores, "the array of scores");
    List<RankedDoc> docs = new ArrayList<>(first.size());
    float below = Float.POSITIVE_INFINITY;
    for (int i = 0; i < scores.length; i++) {
      docs.add(new RankedDoc(first.docno(i), scores[i]));
      below = Math.min(below, scores[i]);
    }
    for (int i = scores.length; i < first.size(); i++) {
      below = Math.nextDown(below);
      docs.add(new RankedDoc(first.docno(i), below));
    }
    return Ranking.of(first.topic(), docs);
  }
}
