package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.studies.work.Floats;
import io.lucerna.studies.work.ItemCodec;

/**
 * A topic's measures under each condition, as they are predicted.
 *
 * @param values by condition, and by measure within one
 */
record Predicted(double[] values) {
  /** As a journal holds it: base64 of little-endian 64-bit floats. */
  static final ItemCodec<Predicted> CODEC = new Codec();

  private static final class Codec implements ItemCodec<Predicted> {
    @Override
    public String outcomes() {
      return "predictions";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public String key() {
      return "topic";
    }

    @Override
    public void write(Predicted outcome, ObjectNode line) {
      line.put("predicted", Floats.base64(outcome.values));
    }

    @Override
    public Predicted read(JsonNode line, JsonNode shared) {
      return new Predicted(Floats.doubles(line.path("predicted").asText()));
    }
  }
}
