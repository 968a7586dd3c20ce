package io.lucerna.eval;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rankings of a set of topics under one tag; immutable. Topics keep the order they came in.
 *
 * <p>This is the one place that defines how a run is ordered: {@link #ORDER}.
 */
public final class Run {
  /** Ids in the order of their UTF-8 bytes, as C's {@code strcmp} sorts them. */
  static final Comparator<String> BY_BYTES = Run::compareBytes;

  /**
   * Score descending as float, ties by docno descending in the order of bytes, as trec_eval ranks
   * whatever the file says; the two zeros tie.
   */
  public static final Comparator<RankedDoc> ORDER =
      (a, b) -> {
        if (a.score() != b.score()) {
          return a.score() > b.score() ? -1 : 1;
        }
        return compareBytes(b.docno(), a.docno());
      };

  private final String tag;
  private final Map<String, Ranking> rankings;

  private Run(String tag, Map<String, Ranking> rankings) {
    this.tag = tag;
    this.rankings = rankings;
  }

  /**
   * {@return a run of these rankings, in this order of topics}
   *
   * @param tag the name of the run, without whitespace
   * @param rankings one for each topic
   * @throws IllegalArgumentException if two rankings are of one topic or the tag is empty or has
   *     whitespace
   */
  public static Run of(String tag, Collection<Ranking> rankings) {
    Given.value(tag, "the run's tag");
    Given.list(rankings, "rankings", "ranking");
    if (tag.isEmpty() || tag.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException(
          "run tag '" + tag + "' must be one word: the sixth column of a TREC run");
    }
    Map<String, Ranking> byTopic = new LinkedHashMap<>();
    for (Ranking ranking : rankings) {
      if (byTopic.putIfAbsent(ranking.topic(), ranking) != null) {
        throw new IllegalArgumentException("topic " + ranking.topic() + " has two rankings");
      }
    }
    return new Run(tag, Collections.unmodifiableMap(byTopic));
  }

  /**
   * Reads a TREC run, {@code topic Q0 docno rank score tag} per line. The rank is ignored, lines
   * may come in any order, the tag of the last line counts: all as in trec_eval.
   *
   * @param file the run, in UTF-8
   * @return the run, each ranking in the order of {@link #ORDER}
   * @throws io.lucerna.base.text.MalformedTextException if a line is malformed, a score is not
   *     finite as float, a document occurs twice for a topic, or the file has no lines
   * @throws IOException if the file cannot be read
   */
  @Internal
  public static Run read(TextFile file) throws IOException {
    return RunReader.read(Given.value(file, "the run's file"));
  }

  /**
   * Reads a file, as {@link #read(TextFile)} does.
   *
   * @param file the run, in UTF-8, or gzipped
   * @return the run, each ranking in the order of {@link #ORDER}
   * @throws IOException if the file cannot be read
   */
  public static Run read(Path file) throws IOException {
    return read(TextFile.of(file));
  }

  /** {@return the name of the run, one word} */
  public String tag() {
    return tag;
  }

  /** {@return the topics in the order they came in} */
  public Set<String> topics() {
    return rankings.keySet();
  }

  /**
   * {@return the ranking of a topic; empty if the run has none}
   *
   * @param topic the topic's id
   */
  public Optional<Ranking> ranking(String topic) {
    return Optional.ofNullable(rankings.get(topic));
  }

  /** {@return the rankings in the order of {@link #topics()}} */
  public Collection<Ranking> rankings() {
    return rankings.values();
  }

  /**
   * Writes {@code topic Q0 docno rank score tag} lines, rank from 1, scores with six decimals. Ties
   * and near ties are moved apart downwards, so that a reader who sorts the printed scores as
   * floats gets exactly this order. A topic without documents leaves no line. The file appears
   * under its name only when it is complete.
   *
   * @param file the file to write; one that is there is replaced
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, this::write);
  }

  /**
   * Writes the same lines to an open stream, which stays the caller's.
   *
   * @param out where the lines go; it is neither flushed nor closed
   * @throws IOException if it cannot be written
   */
  public void write(BufferedWriter out) throws IOException {
    RunWriter.writeTrec(this, out);
  }

  /**
   * Writes MS MARCO's {@code topic<TAB>docno<TAB>rank} lines, rank from 1; else as {@link #write}.
   *
   * @param file the file to write; one that is there is replaced
   * @throws IOException if it cannot be written
   */
  public void writeMsMarco(Path file) throws IOException {
    RunWriter.writeMsMarco(this, file);
  }

  private static int compareBytes(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // UTF-16 and UTF-8 order differ only where one of two characters is a surrogate.
        boolean surrogates = Character.isSurrogate(x) == Character.isSurrogate(y);
        return surrogates ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
