package io.lucerna.plugin.texts;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Candidates with their queries and texts, wherever they come from.
 *
 * @param topics in the order of their file
 * @param texts those of at least as many candidates of a topic as were asked for
 * @param tag what the run of the candidates is called
 * @param identity what was read, for provenance
 */
public record CandidatePool(
    List<Candidates> topics, TextSource texts, String tag, Map<String, Object> identity)
    implements AutoCloseable {
  /**
   * Looks for documents before hours are spent on others. Whether they have a text shows when it is
   * read.
   *
   * @param depth how many of a topic, at most
   * @throws TextSourceException if one is not there
   */
  public void requireDocuments(int depth) throws IOException {
    for (Candidates topic : topics) {
      for (String docno : topic.ranking().top(depth).docnos()) {
        if (!texts.has(topic.topic(), docno)) {
          throw new TextSourceException(
              "topic " + topic.topic() + ": document " + docno + " is not in " + texts.noun());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    texts.close();
  }
}
