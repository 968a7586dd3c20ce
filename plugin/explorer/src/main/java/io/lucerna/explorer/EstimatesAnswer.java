package io.lucerna.explorer;

import java.util.List;

/**
 * What each cell of the grid would do if it alone were cut, estimated to first order.
 *
 * @param topic the topic's id; empty for a query that was typed in
 * @param query its text
 * @param depth how many documents the model read, at most
 * @param cells in the order of {@link ModelAnswer#cells}; none where nothing was found
 */
record EstimatesAnswer(String topic, String query, int depth, List<Estimate> cells) {
  /**
   * Of one cell.
   *
   * @param name such as {@code L3H7}
   * @param changes of the measures, in their order; none where the topic has no judgments
   * @param swappedPairs pairs of documents that would change their order
   */
  record Estimate(String name, List<Double> changes, long swappedPairs) {}
}
