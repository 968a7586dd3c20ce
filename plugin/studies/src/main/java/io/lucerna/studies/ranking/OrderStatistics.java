package io.lucerna.studies.ranking;

import io.lucerna.eval.RankChanges;
import java.util.Collection;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * How one ranking differs from another in its order, over topics, as all tables have it.
 *
 * @param kendallTau rank correlation of both, the mean over topics with two documents or more
 * @param swappedPairs pairs of documents in another order, summed over topics
 * @param meanMove places that a document moved, the mean over a topic's documents and then over
 *     topics that have any
 */
public record OrderStatistics(
    OptionalDouble kendallTau, long swappedPairs, OptionalDouble meanMove) {
  /**
   * {@return the statistics of what changed in each topic}
   *
   * @param topics one comparison for each topic
   */
  public static OrderStatistics of(Collection<RankChanges> topics) {
    return new OrderStatistics(
        mean(topics, TopicMoves::kendallTau),
        topics.stream().mapToLong(RankChanges::swappedPairs).sum(),
        mean(topics, TopicMoves::meanMove));
  }

  private static OptionalDouble mean(
      Collection<RankChanges> topics, Function<TopicMoves, OptionalDouble> number) {
    return topics.stream()
        .map(TopicMoves::of)
        .map(number)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }
}
