package io.lucerna.eval;

import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.qrels.TrecLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads TREC runs: see {@link Run#read}. */
final class RunReader {
  private static final String LAYOUT = "topic Q0 docno rank score tag";
  private static final Pattern INFINITE =
      Pattern.compile("[-+]?(nan|inf(inity)?)", Pattern.CASE_INSENSITIVE);
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?|" + INFINITE, Pattern.CASE_INSENSITIVE);
  private static final int TOPIC = 0;
  private static final int DOCNO = 2;
  private static final int SCORE = 4;
  private static final int TAG = 5;

  private RunReader() {}

  static Run read(TextFile file) throws IOException {
    Map<String, ReadTopic> topics = new LinkedHashMap<>();
    String tag = "";
    try (TrecLines lines = TrecLines.open(file, LAYOUT)) {
      String name = "";
      ReadTopic topic = new ReadTopic();
      while (lines.advance()) {
        String next = lines.repeatedText(TOPIC);
        if (!next.equals(name)) {
          name = next;
          topic = topics.computeIfAbsent(name, key -> new ReadTopic());
        }
        if (!topic.add(lines.array(), lines.start(DOCNO), lines.stop(DOCNO), score(lines))) {
          throw lines.error("document " + lines.text(DOCNO) + " occurs twice for topic " + name);
        }
        tag = lines.repeatedText(TAG);
      }
    }
    if (topics.isEmpty()) {
      throw file.error(0, "no ranked documents; each line must be: " + LAYOUT);
    }
    List<Ranking> rankings = new ArrayList<>(topics.size());
    for (var topic : topics.entrySet()) {
      rankings.add(topic.getValue().ranking(topic.getKey()));
      // What was read is not needed again, and may be most of the memory there is.
      topic.setValue(new ReadTopic());
    }
    return Run.of(tag, rankings);
  }

  private static float score(TrecLines lines) throws MalformedTextException {
    // By way of double, as trec_eval does: rounding twice can differ from rounding once.
    float score = (float) Decimals.plain(lines.array(), lines.start(SCORE), lines.stop(SCORE));
    return Float.isNaN(score) ? score(lines, lines.text(SCORE)) : score;
  }

  private static float score(TrecLines lines, String text) throws MalformedTextException {
    // Not all that Java reads: its type suffixes (1.5f) and hexadecimal are no numbers of a run.
    if (!NUMBER.matcher(text).matches()) {
      throw lines.error("score '" + text + "' is not a number");
    }
    float score = INFINITE.matcher(text).matches() ? Float.NaN : (float) Double.parseDouble(text);
    if (!Float.isFinite(score)) {
      throw lines.error("score '" + text + "' is not a finite number");
    }
    return score;
  }
}
