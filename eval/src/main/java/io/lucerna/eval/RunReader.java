package io.lucerna.eval;

import io.lucerna.base.MalformedTextException;
import io.lucerna.qrels.TrecLines;
import io.lucerna.qrels.TrecLines.MalformedLineException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads TREC runs: see {@link Run#read}. */
final class RunReader {
  private static final String LAYOUT = "topic Q0 docno rank score tag";

  private final Map<String, Docs> topics = new LinkedHashMap<>();
  private String tag = "";

  private record Docs(List<RankedDoc> ranked, Set<String> docnos) {
    Docs() {
      this(new ArrayList<>(), new HashSet<>());
    }
  }

  private RunReader() {}

  static Run read(Path file) throws IOException {
    RunReader reader = new RunReader();
    if (TrecLines.read(file, LAYOUT, reader::add) == 0) {
      throw new MalformedTextException(
          file.toString(), 0, "no ranked documents; each line must be: " + LAYOUT);
    }
    List<Ranking> rankings = new ArrayList<>();
    reader.topics.forEach((topic, docs) -> rankings.add(Ranking.of(topic, docs.ranked())));
    return Run.of(reader.tag, rankings);
  }

  private void add(String[] columns) throws MalformedLineException {
    String topic = columns[0];
    String docno = columns[2];
    Docs docs = topics.computeIfAbsent(topic, key -> new Docs());
    if (!docs.docnos().add(docno)) {
      throw new MalformedLineException("document " + docno + " occurs twice for topic " + topic);
    }
    docs.ranked().add(new RankedDoc(docno, score(columns[4])));
    tag = columns[5];
  }

  private static float score(String text) throws MalformedLineException {
    float score = Float.NaN;
    // Java's type suffixes (1.5f) and hexadecimal are no numbers of a run.
    if (!text.isEmpty() && text.chars().noneMatch(c -> "dDfFxX".indexOf(c) >= 0)) {
      try {
        // By way of double, as trec_eval does: rounding twice can differ from rounding once.
        score = (float) Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw new MalformedLineException("score '" + text + "' is not a number");
      }
    }
    if (!Float.isFinite(score)) {
      throw new MalformedLineException("score '" + text + "' is not a finite number");
    }
    return score;
  }
}
