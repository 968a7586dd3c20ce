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
  @Override
  public void close() throws IOException {
    texts.close();
  }
}
