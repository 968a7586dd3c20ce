package io.lucerna.plugin.texts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.topics.FieldNames;

/** Finds the passage in stored text that may be JSON. */
public final class JsonText {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonText() {}

  /** The passage of a JSON document; any other text as it is. */
  public static String passageOrAll(String stored) {
    if (!stored.stripLeading().startsWith("{")) {
      return stored;
    }
    try {
      return FieldNames.passage(MAPPER.readTree(stored)).orElse(stored);
    } catch (JsonProcessingException e) {
      return stored;
    }
  }
}
