package io.lucerna.studies.ranking;

import io.lucerna.studies.table.Table;
import java.util.OptionalDouble;

/**
 * What a condition did to the order of one topic's reranked documents: a row of {@code ranks.csv}.
 *
 * @param documents how many
 * @param kendallTau rank correlation of both rankings; empty with fewer than two documents
 * @param swappedPairs pairs of documents in another order
 * @param moved documents at another rank
 * @param largestMove places that the farthest moved
 * @param meanMove places that a document moved on average; empty without documents
 */
public record TopicOrder(
    String condition,
    String topic,
    int documents,
    OptionalDouble kendallTau,
    long swappedPairs,
    int moved,
    int largestMove,
    OptionalDouble meanMove) {
  /** The table of all. */
  public static final Table<TopicOrder> TABLE = Table.of(TopicOrder.class, "condition", "topic");
}
