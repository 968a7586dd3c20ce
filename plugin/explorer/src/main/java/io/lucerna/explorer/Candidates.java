package io.lucerna.explorer;

import io.lucerna.eval.Ranking;
import io.lucerna.studies.record.PairSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the first stage found.
 *
 * @param ranking all of it
 * @param texts the passages of its first documents, which the model reads
 */
record Candidates(Ranking ranking, List<String> texts) {
  /** In characters, roughly. */
  long size() {
    return ranking.size() + texts.stream().mapToLong(String::length).sum();
  }

  /** Of the documents that the model reads. */
  List<String> docnos() {
    return ranking.top(texts.size()).docnos();
  }

  List<String> pairs(String topic) {
    return docnos().stream().map(docno -> PairSource.Pair.id(topic, docno)).toList();
  }

  /** The scores of those documents in a ranking of all. */
  float[] scoresIn(Ranking other) {
    Map<String, Float> all = new HashMap<>();
    for (int i = 0; i < other.size(); i++) {
      all.put(other.docno(i), other.score(i));
    }
    float[] scores = new float[texts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Objects.requireNonNull(all.get(ranking.docno(i)), "the model lost a document");
    }
    return scores;
  }
}
