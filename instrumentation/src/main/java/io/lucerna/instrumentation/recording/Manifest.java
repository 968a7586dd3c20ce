package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.Sha256;
import io.lucerna.instrumentation.hooks.PointShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts together what {@code manifest.json} says. */
final class Manifest {
  private Manifest() {}

  /** What is known when recording begins, and decides what comes out. */
  static ObjectNode head(Map<String, ?> given, RecordingSpec spec) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("format", RecordingFolder.FORMAT);
    fields.put("version", RecordingFolder.VERSION);
    fields.putAll(given);
    fields.put("positions", spec.kept().toString());
    if (spec.gradients()) {
      fields.put("gradients", true);
    }
    fields.put("dtype", spec.half() ? "F16" : "F32");
    fields.put("shard_bytes", spec.shardBytes());
    List<Map<String, Object>> points = new ArrayList<>();
    for (PointShape point : spec.points()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", point.point().toString());
      entry.put("rows", point.kind().name().toLowerCase(Locale.ROOT));
      entry.put("shape", point.rest());
      points.add(entry);
    }
    fields.put("points", points);
    return RecordingFolder.tree(fields);
  }

  /** The hash of all that a manifest says of what was recorded, and not of how. */
  static String sha256(JsonNode manifest) {
    StringBuilder recorded = new StringBuilder(manifest.at("/model/sha256").asText());
    for (String field : List.of("dtype", "points", "index", "shards")) {
      recorded.append('\n').append(field).append(' ').append(manifest.path(field));
    }
    return Sha256.of(recorded.toString());
  }

  /** The head, and what came out. */
  static ObjectNode whole(
      ObjectNode head,
      Map<String, ?> counts,
      Map<String, Long> overflows,
      ShardFile index,
      List<ShardFile> shards) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("counts", counts);
    fields.put("overflows", overflows);
    fields.put("index", index);
    fields.put("shards", shards);
    ObjectNode manifest = head.deepCopy();
    manifest.setAll(RecordingFolder.tree(fields));
    return manifest;
  }
}
