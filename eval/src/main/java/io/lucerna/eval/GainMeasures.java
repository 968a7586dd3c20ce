package io.lucerna.eval;

import static io.lucerna.eval.PrecisionMeasures.ratio;

/**
 * Measures of graded gain. They use every grade: the relevance level does not matter to them, but
 * for {@link #binaryG}.
 *
 * <p>Source of nDCG: Järvelin and Kekäläinen, "Cumulated Gain-based Evaluation of IR Techniques"
 * (ACM TOIS 20, 2002), with trec_eval's gain (the grade) and discount log2(rank + 1). G, ndcg_rel
 * and Rndcg are experimental measures of trec_eval.
 */
final class GainMeasures {
  private GainMeasures() {}

  /** ndcg: the gain of the whole ranking over that of the ideal one. */
  static Formula ndcg(Gains gains) {
    return (topic, level) ->
        ratio(
            last(Gains.cumulated(gains.retrieved(topic))),
            last(Gains.cumulated(gains.ideal(topic))));
  }

  /** ndcg_cut: the same for the first {@code cutoff} documents of both. */
  static Formula ndcg(Gains gains, int cutoff) {
    return (topic, level) ->
        ratio(
            upTo(cutoff, Gains.cumulated(gains.retrieved(topic))),
            upTo(cutoff, Gains.cumulated(gains.ideal(topic))));
  }

  /**
   * ndcg_rel: ndcg at the place of each document with positive gain, averaged; one that was not
   * retrieved counts with the gain at the end of the ranking over the whole ideal.
   */
  static Formula ndcgAtRelevant(Gains gains) {
    return (topic, level) -> {
      double[] retrieved = gains.retrieved(topic);
      double[] dcg = Gains.cumulated(retrieved);
      double[] ideal = Gains.cumulated(gains.ideal(topic));
      int relevant = ideal.length - 1;
      if (relevant == 0) {
        return 0;
      }
      double sum = 0;
      int found = 0;
      for (int i = 0; i < retrieved.length; i++) {
        if (retrieved[i] > 0) {
          sum += dcg[i + 1] / upTo(i + 1, ideal);
          found++;
        }
      }
      sum += (relevant - found) * last(dcg) / last(ideal);
      return Math.max(0, sum) / relevant;
    };
  }

  /**
   * Rndcg: ndcg at each place where the ideal ranking steps down to a lower gain, averaged, and
   * once more at the end of the ranking if this continues for at least two documents past the ideal
   * one (where trec_eval's formula starts to see an end).
   */
  static Formula ndcgAtLevels(Gains gains) {
    return (topic, level) -> {
      if (topic.relevant(level) == 0) {
        return 0;
      }
      double[] dcg = Gains.cumulated(gains.retrieved(topic));
      double[] idealGains = gains.ideal(topic);
      double[] ideal = Gains.cumulated(idealGains);
      double sum = 0;
      int points = 0;
      for (int i = 1; i <= idealGains.length; i++) {
        if (i == idealGains.length || idealGains[i] != idealGains[i - 1]) {
          sum += upTo(i, dcg) / ideal[i];
          points++;
        }
      }
      if (points > 0 && topic.retrieved() > idealGains.length + 1) {
        sum += last(dcg) / last(ideal);
        points++;
      }
      return ratio(sum, points);
    };
  }

  /**
   * G: each gain over log2(2 + what the ideal ranking gained so far - what this one did), over the
   * sum of ideal gains; a place costs the ideal ranking at least 1.
   */
  static Formula g(Gains gains) {
    return (topic, level) -> {
      double[] ideal = gains.ideal(topic);
      double cost = 0;
      double gained = 0;
      double sum = 0;
      double[] retrieved = gains.retrieved(topic);
      for (int i = 0; i < retrieved.length; i++) {
        cost += i < ideal.length ? Math.max(1, ideal[i]) : 1;
        gained += retrieved[i];
        if (retrieved[i] != 0) {
          sum += retrieved[i] / Gains.log2(2 + cost - gained);
        }
      }
      double best = 0;
      for (double gain : ideal) {
        best += gain;
      }
      return ratio(sum, best);
    };
  }

  /** binG: 1 over log2(2 + documents above that are not relevant), averaged over the relevant. */
  static double binaryG(JudgedRanking topic, int level) {
    double sum = 0;
    int found = 0;
    for (int i = 0; i < topic.retrieved(); i++) {
      if (topic.isRelevant(i, level)) {
        sum += 1 / Gains.log2(2 + i - found);
        found++;
      }
    }
    return ratio(sum, topic.relevant(level));
  }

  private static double last(double[] cumulated) {
    return cumulated[cumulated.length - 1];
  }

  private static double upTo(int cutoff, double[] cumulated) {
    return cumulated[Math.min(cutoff, cumulated.length - 1)];
  }
}
