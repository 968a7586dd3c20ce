package io.lucerna.topics.perturb;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.util.SmallFloat;

/**
 * BM25 of a text that need not be in the index, with the index's statistics: Lucene's formula
 * (BM25Similarity; Robertson and Zaragoza 2009, without the constant factor k1 + 1), in Lucene's
 * arithmetic, with the length as Lucene's index keeps it: exact up to 40 terms, rounded down to
 * four significant bits above. So a text that is in the index gets the score that a search gives
 * it, and a change of length that the index cannot see changes nothing.
 *
 * @param statistics the index
 * @param k1 how fast repeated terms stop to count, at least 0
 * @param b how much length counts, 0 to 1
 */
public record Bm25(CorpusStatistics statistics, float k1, float b) {

  /**
   * BM25 with Anserini's defaults: k1 of .9, b of .4.
   *
   * @param statistics the index
   */
  public Bm25(CorpusStatistics statistics) {
    this(statistics, 0.9f, 0.4f);
  }

  /**
   * {@return the score of a text}
   *
   * @param query the query's terms; one that comes twice counts twice
   * @param text the text, analysed as the index is
   */
  public float score(List<String> query, AnalyzedText text) {
    int kept = SmallFloat.byte4ToInt(SmallFloat.intToByte4(text.length()));
    return score(query, text.counts(), kept);
  }

  /** The score of a text of these term counts and this length. */
  float score(List<String> query, Map<String, Integer> counts, float length) {
    Map<String, Integer> weights = new TreeMap<>();
    query.forEach(term -> weights.merge(term, 1, Integer::sum));
    float norm = 1f / (k1 * ((1 - b) + b * length / statistics.averageLength()));
    double sum = 0;
    for (Map.Entry<String, Integer> entry : weights.entrySet()) {
      int count = counts.getOrDefault(entry.getKey(), 0);
      if (count > 0) {
        float weight = entry.getValue() * statistics.idf(entry.getKey());
        sum += weight - weight / (1f + count * norm);
      }
    }
    return (float) sum;
  }
}
