package io.lucerna.anserini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anserini.index.Constants;
import io.lucerna.topics.FieldNames;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Document;

/** The passage that an Anserini index stores with a document. */
public final class StoredPassage {
  /** The stored fields that it is read from. */
  public static final Set<String> FIELDS = Set.of(Constants.RAW, Constants.CONTENTS);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StoredPassage() {}

  /**
   * The passage of a document.
   *
   * @param document its stored fields: {@code raw} (indexed with {@code -storeRaw}), else {@code
   *     contents} ({@code -storeContents})
   * @return the text of a JSON document's usual fields; any other text as it is; empty if the index
   *     stores none
   */
  public static Optional<String> of(Document document) {
    String raw = document.get(Constants.RAW);
    return Optional.ofNullable(raw == null ? document.get(Constants.CONTENTS) : raw)
        .map(StoredPassage::passageOrAll);
  }

  private static String passageOrAll(String stored) {
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
