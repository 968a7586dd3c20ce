package io.lucerna.plugin.explain.evaluation;

/**
 * One point of a curve, of one topic.
 *
 * @param curve {@code deletion}, {@code insertion} or {@code ndcg}
 * @param method the name of a {@link io.lucerna.reranker.TokenMethod}
 * @param share of each passage's tokens that are taken away, or put in
 * @param topic the topic
 * @param value of deletion, the score less that of all tokens; of insertion, the score less that of
 *     none: means over the topic's passages; of ndcg, nDCG@10 of what is left of them
 */
public record TopicCurve(String curve, String method, double share, String topic, double value) {
  static final String DELETION = "deletion";
  static final String INSERTION = "insertion";
  static final String NDCG = "ndcg";
}
