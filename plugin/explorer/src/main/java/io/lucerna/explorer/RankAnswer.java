package io.lucerna.explorer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ranking before and after the model, and after the changed model where there is one.
 *
 * @param topic the topic's id; empty for a query that was typed in
 * @param query its text
 * @param depth how many documents the model read, at most
 * @param spec what was done to the model, in the one form that specs are printed in
 * @param docs those that the model read, in the first stage's order
 * @param measures of the topic's whole ranking, in which those that the model did not read stay
 *     below; none where it has no judgments
 * @param changes from the plain to the changed ranking
 * @param notes what the change of the model touched, and what it did not
 */
record RankAnswer(
    String topic,
    String query,
    int depth,
    String spec,
    List<Doc> docs,
    List<Values> measures,
    @Nullable Changes changes,
    List<String> notes) {
  /**
   * A document.
   *
   * @param grade null if it is not judged
   * @param snippet how its passage begins, as it was found: also where another text is read
   */
  record Doc(
      String docno,
      @Nullable Integer grade,
      String snippet,
      Place first,
      Place plain,
      @Nullable Place changed) {}

  /**
   * Where a document is.
   *
   * @param rank from 1
   */
  record Place(int rank, float score) {}

  /** A measure's value of each ranking. */
  record Values(String name, double first, double plain, @Nullable Double changed) {}

  /** How one ranking became another. */
  record Changes(long swappedPairs, int moved, int largestMove) {}
}
