package io.lucerna.eval;

import java.util.Arrays;

/**
 * Precision averaged over recall.
 *
 * <p>Sources: Buckley and Voorhees (2005) as in {@link PrecisionMeasures}; infAP: Yilmaz and Aslam,
 * "Estimating Average Precision with Incomplete and Imperfect Judgments" (CIKM 2006).
 */
final class AveragePrecision {
  /** trec_eval smooths infAP's ratio of judged documents with this. */
  private static final double INFERRED_SMOOTHING = 0.00001;

  private AveragePrecision() {}

  /** map: precision at each relevant document, averaged over all relevant ones. */
  static double averagePrecision(JudgedRanking topic, int level) {
    return averagePrecision(topic, level, topic.retrieved());
  }

  /** map_cut: the same, counting only the first {@code cutoff} documents. */
  static Formula averagePrecision(int cutoff) {
    return (topic, level) -> averagePrecision(topic, level, cutoff);
  }

  private static double averagePrecision(JudgedRanking topic, int level, int cutoff) {
    double sum = 0;
    int found = 0;
    for (int i = 0; i < Math.min(cutoff, topic.retrieved()); i++) {
      if (topic.isRelevant(i, level)) {
        found++;
        sum += (double) found / (i + 1);
      }
    }
    return PrecisionMeasures.ratio(sum, topic.relevant(level));
  }

  /** iprec_at_recall: the best precision at or below the place that reaches a recall. */
  static Formula interpolatedPrecision(double recall) {
    return (topic, level) ->
        at(recall, interpolatedPrecisions(topic, level), topic.relevant(level));
  }

  /** 11pt_avg: interpolated precision averaged over recall points. */
  static Formula averageOverRecall(double[] points) {
    return (topic, level) -> {
      double[] precisions = interpolatedPrecisions(topic, level);
      double sum = 0;
      for (int i = points.length - 1; i >= 0; i--) {
        sum += at(points[i], precisions, topic.relevant(level));
      }
      return sum / points.length;
    };
  }

  private static double at(double recall, double[] precisions, int relevant) {
    int wanted = share(recall, relevant);
    if (wanted > precisions.length || precisions.length == 0) {
      return 0;
    }
    return precisions[Math.max(0, wanted - 1)];
  }

  /** For each relevant document found, the best precision at it or at any found later. */
  private static double[] interpolatedPrecisions(JudgedRanking topic, int level) {
    double[] precisions = new double[topic.retrieved()];
    int found = 0;
    for (int i = 0; i < topic.retrieved(); i++) {
      if (topic.isRelevant(i, level)) {
        found++;
        precisions[found - 1] = (double) found / (i + 1);
      }
    }
    for (int i = found - 2; i >= 0; i--) {
      precisions[i] = Math.max(precisions[i], precisions[i + 1]);
    }
    return Arrays.copyOf(precisions, found);
  }

  /** A fraction of a count as a count; trec_eval 9 rounds it up from a tenth on. */
  static int share(double fraction, int count) {
    return (int) (fraction * count + 0.9);
  }

  /**
   * infAP: average precision estimated from a sampled pool. Above a relevant document at rank k,
   * the pooled share of the k - 1 documents is taken to be as relevant as the judged ones among
   * them.
   */
  static double inferred(JudgedRanking topic, int level) {
    double sum = 0;
    int relevant = 0;
    int nonRelevant = 0;
    int unjudged = 0;
    for (int i = 0; i < topic.retrieved(); i++) {
      int grade = topic.grade(i);
      if (grade == JudgedRanking.UNJUDGED) {
        unjudged++;
      } else if (grade >= level) {
        sum += i == 0 ? 1 : expectedPrecision(i, relevant, nonRelevant, unjudged);
        relevant++;
      } else if (grade >= 0) {
        nonRelevant++;
      }
    }
    int all = topic.relevant(level);
    return all == 0 ? sum : sum / all;
  }

  private static double expectedPrecision(
      double above, int relevant, int nonRelevant, int unjudged) {
    double pooled = (relevant + nonRelevant + unjudged) / above;
    double relevantShare =
        (relevant + INFERRED_SMOOTHING) / (relevant + nonRelevant + 2 * INFERRED_SMOOTHING);
    return 1 / (above + 1) + above / (above + 1) * pooled * relevantShare;
  }
}
