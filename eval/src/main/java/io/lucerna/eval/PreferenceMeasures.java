package io.lucerna.eval;

/** Measures that look only at judged documents and count preferences kept. */
final class PreferenceMeasures {
  private PreferenceMeasures() {}

  /**
   * bpref: of the preferences of each relevant document over the first R documents judged not
   * relevant, the share that the ranking keeps. Source: Buckley and Voorhees, "Retrieval Evaluation
   * with Incomplete Information" (SIGIR 2004), with the smaller of R and the number of judged
   * non-relevant documents as the norm, as trec_eval does since version 8.
   */
  static double binaryPreference(JudgedRanking topic, int level) {
    int relevant = topic.relevant(level);
    int norm = Math.min(topic.nonRelevant(level), relevant);
    double sum = 0;
    int above = 0;
    for (int i = 0; i < topic.retrieved(); i++) {
      if (topic.grade(i) < 0) {
        continue;
      }
      if (topic.isRelevant(i, level)) {
        sum += above == 0 ? 1 : 1 - (double) Math.min(above, relevant) / norm;
      } else {
        above++;
      }
    }
    return PrecisionMeasures.ratio(sum, relevant);
  }
}
