package io.lucerna.explorer;

import io.lucerna.eval.Ranking;
import io.lucerna.studies.ranking.Studies;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What is ranked. One thread at a time asks for candidates; any number ask for passages. */
public interface Explored extends AutoCloseable {

  /** What the page calls it. */
  String name();

  /** The topics that are suggested, in their order. */
  List<Topic> topics();

  /** Whether a query that is no topic's finds anything. */
  boolean searches();

  /** How many of a topic's candidates have a passage, at most; 1 or more. */
  int deepest();

  /** How many of them the model reads where nobody says; 1 or more. */
  default int depth() {
    return Studies.DEPTH;
  }

  /**
   * The first stage's ranking: all of it, since measures are of all of it.
   *
   * @param topic one of {@link #topics}, or any query where {@link #searches}
   * @return under the topic's id; empty if nothing was found
   * @throws IllegalArgumentException if the query cannot be searched for, and why
   */
  Ranking candidates(Topic topic) throws IOException;

  /**
   * A passage as the model reads it.
   *
   * @param topic the id of the topic that it is a candidate for
   * @param docno the document's id
   * @return empty if there is no such document
   */
  Optional<String> passage(String topic, String docno) throws IOException;

  @Override
  void close() throws IOException;
}
