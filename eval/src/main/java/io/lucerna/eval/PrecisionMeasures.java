package io.lucerna.eval;

/**
 * Measures that count relevant documents down to a place.
 *
 * <p>Source: Buckley and Voorhees, "Retrieval System Evaluation", chapter 3 of "TREC: Experiment
 * and Evaluation in Information Retrieval" (MIT Press, 2005), unless stated. In all of them missing
 * documents below the last retrieved one count as not relevant.
 */
final class PrecisionMeasures {
  private PrecisionMeasures() {}

  /** P: relevant documents in the first {@code cutoff}, over {@code cutoff}. */
  static Formula precision(int cutoff) {
    return (topic, level) -> (double) topic.relevantRetrieved(level, cutoff) / cutoff;
  }

  /** recall: relevant documents in the first {@code cutoff}, over all relevant ones. */
  static Formula recall(int cutoff) {
    return (topic, level) -> ratio(topic.relevantRetrieved(level, cutoff), topic.relevant(level));
  }

  /** relative_P: precision over the best precision that the cutoff allows. */
  static Formula relativePrecision(int cutoff) {
    return (topic, level) ->
        ratio(topic.relevantRetrieved(level, cutoff), Math.min(cutoff, topic.relevant(level)));
  }

  /** success: 1 if there is a relevant document in the first {@code cutoff} (Tomlinson). */
  static Formula success(int cutoff) {
    return (topic, level) -> topic.relevantRetrieved(level, cutoff) > 0 ? 1 : 0;
  }

  /** Rprec: precision at R, the number of relevant documents. */
  static double rPrecision(JudgedRanking topic, int level) {
    int relevant = topic.relevant(level);
    return ratio(topic.relevantRetrieved(level, relevant), relevant);
  }

  /** Rprec_mult: precision at a multiple of R. */
  static Formula rPrecisionAt(double multiple) {
    return (topic, level) -> {
      int cutoff = AveragePrecision.share(multiple, topic.relevant(level));
      return ratio(topic.relevantRetrieved(level, cutoff), cutoff);
    };
  }

  /** recip_rank: one over the rank of the first relevant document. */
  static double reciprocalRank(JudgedRanking topic, int level) {
    return reciprocalRank(topic, level, topic.retrieved());
  }

  /** RR@k: the same, 0 if there is none in the first {@code cutoff}; MS MARCO's MRR@10. */
  static Formula reciprocalRank(int cutoff) {
    return (topic, level) -> reciprocalRank(topic, level, cutoff);
  }

  private static double reciprocalRank(JudgedRanking topic, int level, int cutoff) {
    for (int i = 0; i < Math.min(cutoff, topic.retrieved()); i++) {
      if (topic.isRelevant(i, level)) {
        return 1.0 / (i + 1);
      }
    }
    return 0;
  }

  /**
   * Judged@k of ir-measures: the share of the first {@code cutoff} documents, or of all where there
   * are fewer, that the judgments list, with whatever grade.
   */
  static Formula judged(int cutoff) {
    return (topic, level) -> {
      int seen = Math.min(cutoff, topic.retrieved());
      int listed = 0;
      for (int i = 0; i < seen; i++) {
        if (topic.grade(i) != JudgedRanking.UNPOOLED) {
          listed++;
        }
      }
      return ratio(listed, seen);
    };
  }

  /** A quotient of counts; 0 where there is nothing to divide by. */
  static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
