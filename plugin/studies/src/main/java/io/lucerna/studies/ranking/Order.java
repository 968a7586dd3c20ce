package io.lucerna.studies.ranking;

import io.lucerna.eval.RankChanges;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What a condition did to the order of the reranked documents.
 *
 * @param changes by topic
 */
record Order(List<RankChanges> changes) {
  /** Pairs in another order, summed over topics. */
  long swappedPairs() {
    return changes.stream().mapToLong(RankChanges::swappedPairs).sum();
  }

  /** Kendall's tau, the mean over topics with two reranked documents or more. */
  OptionalDouble kendallTau() {
    return mean(Order::tau);
  }

  /** Places that a document moved, the mean over a topic's documents and then over topics. */
  OptionalDouble meanMove() {
    return mean(Order::move);
  }

  private OptionalDouble mean(Function<RankChanges, OptionalDouble> number) {
    return changes.stream()
        .map(number)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }

  /** One topic's row of the table. */
  static TopicOrder row(String condition, String topic, RankChanges changes) {
    return new TopicOrder(
        condition,
        topic,
        changes.docs(),
        tau(changes),
        changes.swappedPairs(),
        changes.moved(),
        changes.largestMove(),
        move(changes));
  }

  /** Kendall's tau of one topic; empty with fewer than two documents. */
  private static OptionalDouble tau(RankChanges topic) {
    double pairs = topic.docs() * (topic.docs() - 1.0) / 2;
    return pairs > 0
        ? OptionalDouble.of(1 - 2 * topic.swappedPairs() / pairs)
        : OptionalDouble.empty();
  }

  /** Places that a document of one topic moved on average; empty without documents. */
  private static OptionalDouble move(RankChanges topic) {
    return topic.docs() > 0
        ? OptionalDouble.of((double) topic.totalMoves() / topic.docs())
        : OptionalDouble.empty();
  }
}
