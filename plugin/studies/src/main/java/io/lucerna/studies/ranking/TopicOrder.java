package io.lucerna.studies.ranking;

/**
 * What a condition did to the order of one topic's reranked documents: a row of {@code ranks.csv}.
 *
 * @param condition its id
 * @param topic its id
 * @param moves of the topic's documents
 */
public record TopicOrder(String condition, String topic, TopicMoves moves) {}
