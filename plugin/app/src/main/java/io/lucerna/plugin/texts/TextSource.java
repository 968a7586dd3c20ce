package io.lucerna.plugin.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.Map;

/** Where the texts of documents come from. */
public interface TextSource extends AutoCloseable {

  /**
   * The stored text of a document that is a candidate for a topic.
   *
   * @throws TextSourceException if there is no such document or it has no text; the message names
   *     it and says what to do
   */
  String text(String topic, String docno) throws IOException;

  /** Whether there is this document among the candidates for a topic, or for any. */
  boolean has(String topic, String docno) throws IOException;

  /** What messages call it: {@code the index}, {@code the corpus}. */
  String noun();

  /** The documents from which it is inferred how texts are cleaned. */
  CleaningSample sample() throws IOException;

  /** The query of a topic in RankLLM's form. */
  default JsonNode query(Candidates topic) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("qid", topic.topic())
        .put("text", topic.query());
  }

  /** A document in RankLLM's form. */
  default JsonNode document(String topic, String docno) throws IOException {
    return JsonNodeFactory.instance.objectNode().put("contents", text(topic, docno));
  }

  /** What is read, for provenance. */
  Map<String, Object> identity() throws IOException;

  @Override
  void close() throws IOException;
}
