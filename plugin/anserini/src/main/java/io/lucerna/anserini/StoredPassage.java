package io.lucerna.anserini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.anserini.index.Constants;
import io.lucerna.topics.FieldNames;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Document;

/** The passage that an Anserini index stores with a document. */
public final class StoredPassage {
  /** The stored fields that it is read from. */
  public static final Set<String> FIELDS = Set.of(Constants.RAW, Constants.CONTENTS);

  private static final ObjectReader JSON =
      new ObjectMapper()
          .readerFor(JsonNode.class)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private StoredPassage() {}

  /**
   * The passage of a document.
   *
   * @param document its stored fields: {@code raw} (indexed with {@code -storeRaw}), else, or if
   *     that is JSON without a passage, {@code contents} ({@code -storeContents})
   * @return the text of a JSON document's usual fields; any other text as it is; empty if the index
   *     stores none
   */
  public static Optional<String> of(Document document) {
    Optional<String> contents =
        Optional.ofNullable(document.get(Constants.CONTENTS))
            .map(text -> object(text).flatMap(FieldNames::passage).orElse(text));
    String raw = document.get(Constants.RAW);
    if (raw == null) {
      return contents;
    }
    Optional<JsonNode> json = object(raw);
    return json.isEmpty() ? Optional.of(raw) : FieldNames.passage(json.get()).or(() -> contents);
  }

  /** What is stored, if it is a JSON object and nothing else. */
  private static Optional<JsonNode> object(String stored) {
    if (!stored.stripLeading().startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(stored));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
