package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The settings that ColBERT writes next to a checkpoint, {@code artifact.metadata}. What it does
 * not say is as in ColBERT's own defaults (class ColBERTConfig of version 0.2).
 */
final class ArtifactMetadata {
  private static final String FILE = "artifact.metadata";

  private ArtifactMetadata() {}

  /** Whether a folder has such a file. */
  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  static InputForm.Markers read(Path folder) {
    Path file = folder.resolve(FILE);
    JsonNode json = TokenizerFiles.json(file);
    return new InputForm.Markers(
        json.path("query_token_id").asText("[unused0]"),
        json.path("doc_token_id").asText("[unused1]"),
        length(file, json, "query_maxlen", 32),
        length(file, json, "doc_maxlen", 220),
        json.path("attend_to_mask_tokens").asBoolean(false),
        json.path("mask_punctuation").asBoolean(true));
  }

  private static int length(Path file, JsonNode json, String key, int otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.canConvertToInt() || value.asInt() < 4) {
      throw new CheckpointException(
          String.format(Locale.ROOT, "%s: %s must be 4 or more, got %s", file, key, value));
    }
    return value.asInt();
  }
}
