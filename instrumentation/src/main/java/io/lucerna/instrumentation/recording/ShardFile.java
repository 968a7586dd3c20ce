package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A finished file of a recording.
 *
 * @param file its name in the folder
 * @param bytes its size
 * @param sha256 hash of its bytes, in hex
 */
@JsonPropertyOrder({"file", "bytes", "sha256"})
record ShardFile(String file, long bytes, String sha256) {}
