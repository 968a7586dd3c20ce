package io.lucerna.reranker;

import io.lucerna.instrumentation.intervene.Touched;
import java.util.List;

/**
 * What became of a work item.
 *
 * @param scores for each condition, the scores of the pairs that it scores in this item, as {@link
 *     ConditionScorer#perItem} tells
 * @param touched for each condition, what each of its interventions did
 */
public record ConditionScores(List<float[]> scores, List<List<Touched>> touched) {
  /** Copies the lists. */
  public ConditionScores {
    scores = List.copyOf(scores);
    touched = touched.stream().map(List::copyOf).toList();
  }
}
