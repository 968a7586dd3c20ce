package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the JSON files that say where a model's tensors are. */
final class JsonFiles {
  private static final long MAX_BYTES = 50_000_000;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  /**
   * A whole file.
   *
   * @throws CheckpointException if it is not there, too long, or no JSON
   */
  static JsonNode read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + ": is over " + MAX_BYTES + " bytes long");
      }
      return JSON.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CheckpointException(file + ": cannot be read as JSON: " + why, e);
    }
  }
}
