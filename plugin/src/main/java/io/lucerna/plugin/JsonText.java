package io.lucerna.plugin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;

/**
 * Finds the passage in a JSON document: {@code contents} alone, or a body under one of the names
 * that collections use, after the title where there is one (BEIR: {@code title} and {@code text};
 * MS MARCO v2: {@code passage}; v2.1: {@code segment}).
 */
final class JsonText {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> BODIES =
      List.of("text", "passage", "segment", "body", "abstract");
  private static final List<String> IDS = List.of("id", "_id", "docid");

  private JsonText() {}

  /** The passage of a parsed document, or of a plain string; empty if there is none. */
  static Optional<String> passage(JsonNode document) {
    if (document.isTextual()) {
      return Optional.of(document.asText());
    }
    if (document.path("contents").isTextual()) {
      return Optional.of(document.path("contents").asText());
    }
    String title = document.path("title").asText("");
    for (String name : BODIES) {
      if (document.path(name).isTextual()) {
        return Optional.of((title + " " + document.path(name).asText()).strip());
      }
    }
    return document.path("title").isTextual() ? Optional.of(title) : Optional.empty();
  }

  /**
   * The passage of stored text that may be JSON; text that is not, or has no passage, is returned
   * as it is.
   */
  static String passageOrAll(String stored) {
    if (!stored.stripLeading().startsWith("{")) {
      return stored;
    }
    try {
      return passage(MAPPER.readTree(stored)).orElse(stored);
    } catch (JsonProcessingException e) {
      return stored;
    }
  }

  /** The document's id; empty if there is none. */
  static Optional<String> id(JsonNode document) {
    return IDS.stream()
        .map(document::path)
        .filter(JsonNode::isValueNode)
        .map(JsonNode::asText)
        .findFirst();
  }
}
