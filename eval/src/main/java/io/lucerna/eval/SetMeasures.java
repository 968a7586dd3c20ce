package io.lucerna.eval;

import static io.lucerna.eval.PrecisionMeasures.ratio;

/**
 * Measures of the retrieved documents as a set, and counts.
 *
 * <p>Source: van Rijsbergen, "Information Retrieval" (1979), chapter 7; trec_eval for the rest.
 */
final class SetMeasures {
  private SetMeasures() {}

  /** set_P: the relevant share of what was retrieved. */
  static double precision(JudgedRanking topic, int level) {
    return ratio(topic.relevantRetrieved(level), topic.retrieved());
  }

  /** set_relative_P: the same over the best that as many documents allow. */
  static double relativePrecision(JudgedRanking topic, int level) {
    return ratio(
        topic.relevantRetrieved(level), Math.min(topic.retrieved(), topic.relevant(level)));
  }

  /** set_recall: the retrieved share of what is relevant. */
  static double recall(JudgedRanking topic, int level) {
    return ratio(topic.relevantRetrieved(level), topic.relevant(level));
  }

  /** set_map: set precision times set recall. */
  static double averagePrecision(JudgedRanking topic, int level) {
    double found = topic.relevantRetrieved(level);
    return ratio(found * found, (double) topic.retrieved() * topic.relevant(level));
  }

  /** set_F: (x + 1) P R / (x P + R), by default with x = 1. A larger x weighs recall more. */
  static Formula harmonicMean(double x) {
    return (topic, level) -> {
      double precision = precision(topic, level);
      double recall = recall(topic, level);
      return ratio((x + 1) * precision * recall, x * precision + recall);
    };
  }

  /**
   * utility: a weighted sum of the four cells relevant retrieved, not relevant retrieved, relevant
   * missed, not relevant missed; by default 1, -1, 0, 0.
   */
  static Formula utility(double[] weights) {
    if (weights.length != 4) {
      throw new IllegalArgumentException(
          "utility takes 4 numbers, such as utility.1,-1,0,0, not " + weights.length);
    }
    return (topic, level) -> {
      int found = topic.relevantRetrieved(level);
      int relevant = topic.relevant(level);
      long rest = topic.collectionSize() + found - topic.retrieved() - relevant;
      return weights[0] * found
          + weights[1] * (topic.retrieved() - found)
          + weights[2] * (relevant - found)
          + weights[3] * rest;
    };
  }
}
