package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A finished file of a recording.
 *
 * @param file its name in the folder
 * @param bytes its size
 * @param sha256 hash of its bytes, in hex
 */
@JsonPropertyOrder({"file", "bytes", "sha256"})
record ShardFile(String file, long bytes, String sha256) {
  /** What a manifest says of a file. */
  static ShardFile of(JsonNode json) {
    return new ShardFile(
        json.path("file").asText(), json.path("bytes").asLong(), json.path("sha256").asText());
  }
}
