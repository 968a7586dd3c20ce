package io.lucerna.plugin.perturb;

import io.lucerna.plugin.cli.Console;
import io.lucerna.studies.ranking.Passages;
import io.lucerna.topics.perturb.CorpusStatistics;
import io.lucerna.topics.perturb.TextAnalysis;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whether an index looks as if its texts had been analysed as we analyse them. An index does not
 * say how it was made; one of other stems or another language lacks many of the terms that its own
 * texts have here.
 */
public final class AnalysisCheck {
  private static final int PASSAGES = 20;
  private static final double MOST_UNKNOWN = 0.1;

  private AnalysisCheck() {}

  /** Warns if too many terms of the first passages are not in the index. */
  public static void run(
      PassageChoice choice,
      Passages passages,
      TextAnalysis analysis,
      CorpusStatistics statistics,
      Console console)
      throws IOException {
    Set<String> terms = new LinkedHashSet<>();
    int read = 0;
    for (Map.Entry<String, Set<String>> topic : choice.documents().entrySet()) {
      for (String docid : topic.getValue()) {
        if (read++ < PASSAGES) {
          terms.addAll(analysis.terms(passages.of(topic.getKey(), docid)));
        }
      }
    }
    long unknown = terms.stream().filter(t -> statistics.documentFrequency(t) == 0).count();
    if (unknown > MOST_UNKNOWN * terms.size()) {
      console.say(
          "warning: the index lacks %d of %d terms of the passages; is it of this collection, and"
              + " made with Anserini's default analyzer? Statistics and roles would be wrong",
          unknown, terms.size());
    }
  }
}
