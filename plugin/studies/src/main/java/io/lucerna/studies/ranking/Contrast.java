package io.lucerna.studies.ranking;

/**
 * A condition against the model as it is, by one measure: a row of {@code comparison.csv}.
 *
 * @param condition its id
 * @param measure its name, {@code nDCG@10}
 * @param statistics of the condition's ranking against that without intervention
 * @param order what changed in the order of the reranked documents; the same for every measure
 */
public record Contrast(
    String condition, String measure, Statistics statistics, OrderStatistics order) {}
