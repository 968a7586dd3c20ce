package io.lucerna.studies.ranking;

import io.lucerna.eval.RankChanges;
import java.util.OptionalDouble;

/**
 * How one ranking of a topic differs from another in its order, as all tables have it.
 *
 * @param documents how many both rank; the rest is about these
 * @param kendallTau rank correlation of both rankings (Kendall 1938); empty with fewer than two
 *     documents
 * @param swappedPairs pairs of documents in another order
 * @param moved documents at another rank
 * @param largestMove places that the farthest moved
 * @param meanMove places that a document moved on average; empty without documents
 */
public record TopicMoves(
    int documents,
    OptionalDouble kendallTau,
    long swappedPairs,
    int moved,
    int largestMove,
    OptionalDouble meanMove) {
  /**
   * {@return the numbers of one topic}
   *
   * @param topic the comparison of its two rankings
   */
  public static TopicMoves of(RankChanges topic) {
    int documents = topic.docs();
    double pairs = documents * (documents - 1.0) / 2;
    return new TopicMoves(
        documents,
        pairs > 0
            ? OptionalDouble.of(1 - 2 * topic.swappedPairs() / pairs)
            : OptionalDouble.empty(),
        topic.swappedPairs(),
        topic.moved(),
        topic.largestMove(),
        documents > 0
            ? OptionalDouble.of((double) topic.totalMoves() / documents)
            : OptionalDouble.empty());
  }
}
