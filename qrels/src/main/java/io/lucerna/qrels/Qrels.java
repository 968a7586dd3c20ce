package io.lucerna.qrels;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Relevance judgments: topic to document to grade, immutable, in the order of the file.
 *
 * <p>Unjudged is not zero. A document that is absent here was never in the pool. One with a
 * negative grade was in the pool and not judged, as in trec_eval. Grade 0 says that somebody read
 * it and found it not relevant.
 */
public final class Qrels {
  private static final String LAYOUT = "topic iteration docno grade";

  private final Map<String, Map<String, Integer>> grades;

  private Qrels(Map<String, Map<String, Integer>> grades) {
    this.grades = grades;
  }

  /**
   * {@return judgments copied from topic to document to grade}
   *
   * @param judgments for each topic's id the grades of its documents' ids; negative for a pooled
   *     document that nobody judged
   * @throws IllegalArgumentException if an id or a grade is null
   */
  public static Qrels of(Map<String, ? extends Map<String, Integer>> judgments) {
    Map<String, Map<String, Integer>> copy = new LinkedHashMap<>();
    Given.value(judgments, "the map of judgments");
    judgments.forEach(
        (topic, judged) -> {
          Given.value(topic, "a topic's id");
          Given.value(judged, "the map of judgments of topic " + topic);
          judged.forEach((docno, grade) -> refuseNull(topic, docno, grade));
          copy.put(topic, Collections.unmodifiableMap(new LinkedHashMap<>(judged)));
        });
    return new Qrels(Collections.unmodifiableMap(copy));
  }

  /**
   * Reads TREC qrels: {@code topic iteration docno grade} per line; the iteration is ignored.
   *
   * @param file the judgments, in UTF-8
   * @return the judgments in the order of the file
   * @throws MalformedTextException if a line is malformed, a document is judged twice for a topic,
   *     or there is no judgment at all
   * @throws IOException if the file cannot be read
   */
  @Internal
  public static Qrels read(TextFile file) throws IOException {
    Given.value(file, "the file of judgments");
    Map<String, Map<String, Integer>> read = new LinkedHashMap<>();
    try (TrecLines lines = TrecLines.open(file, LAYOUT)) {
      while (lines.advance()) {
        add(read, lines);
      }
    }
    if (read.isEmpty()) {
      throw file.error(0, "no judgments; each line must be: " + LAYOUT);
    }
    read.replaceAll((topic, judged) -> Collections.unmodifiableMap(judged));
    return new Qrels(Collections.unmodifiableMap(read));
  }

  private static void refuseNull(String topic, String docno, Integer grade) {
    if (docno == null || grade == null) {
      throw new IllegalArgumentException(
          "topic "
              + topic
              + (docno == null
                  ? ": a document's id is null"
                  : ": the grade of document " + docno + " is null"));
    }
  }

  /**
   * Reads a file, as {@link #read(TextFile)} does.
   *
   * @param file the judgments, in UTF-8; compressed is fine
   * @return the judgments in the order of the file
   * @throws IOException if the file cannot be read, or as above
   */
  public static Qrels read(Path file) throws IOException {
    return read(TextFile.of(file));
  }

  private static void add(Map<String, Map<String, Integer>> read, TrecLines line)
      throws MalformedTextException {
    String topic = line.repeatedText(0);
    String docno = line.text(2);
    int grade = grade(line);
    Integer before =
        read.computeIfAbsent(topic, key -> new LinkedHashMap<>()).putIfAbsent(docno, grade);
    if (before != null) {
      throw line.error(
          String.format(
              Locale.ROOT,
              "document %s is judged twice for topic %s (%d, then %d)",
              docno,
              topic,
              before,
              grade));
    }
  }

  private static int grade(TrecLines line) throws MalformedTextException {
    String text = line.repeatedText(3);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw line.error("grade '" + text + "' is not a whole number");
    }
  }

  /** {@return the judged topics in the order of the file} */
  public Set<String> topics() {
    return grades.keySet();
  }

  /**
   * {@return documents and raw grades of a topic in the order of the file; empty for an unknown
   * topic}
   *
   * @param topic the topic's id
   */
  public Map<String, Integer> judged(String topic) {
    return grades.getOrDefault(Given.value(topic, "the topic's id"), Map.of());
  }

  /**
   * {@return the grade, 0 or more; empty if the document is not judged: not in the topic's pool, or
   * in it with a negative grade}
   *
   * @param topic the topic's id
   * @param docno the document's id
   */
  public OptionalInt grade(String topic, String docno) {
    Integer grade = judged(topic).get(docno);
    return grade == null || grade < 0 ? OptionalInt.empty() : OptionalInt.of(grade);
  }

  /**
   * {@return judged documents of a topic by grade, lowest first; negative grades (unjudged) are
   * left out}
   *
   * @param topic the topic's id; an unknown topic has none
   */
  public SortedMap<Integer, List<String>> strata(String topic) {
    SortedMap<Integer, List<String>> strata = new TreeMap<>();
    judged(topic)
        .forEach(
            (docno, grade) -> {
              if (grade >= 0) {
                strata.computeIfAbsent(grade, key -> new ArrayList<>()).add(docno);
              }
            });
    strata.replaceAll((grade, docnos) -> List.copyOf(docnos));
    return Collections.unmodifiableSortedMap(strata);
  }

  /** {@return the number of judgments, negative grades included} */
  public int size() {
    return grades.values().stream().mapToInt(Map::size).sum();
  }
}
