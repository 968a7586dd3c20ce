package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.intervene.Touched;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.studies.work.Floats;
import io.lucerna.studies.work.ItemCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcome of an item of a study: what the pairs of a topic score under each condition.
 *
 * @param scores for each condition
 * @param touched for each condition, how many texts each of its interventions changed
 */
public record ItemScores(List<float[]> scores, List<long[]> touched) {
  /** As a journal holds it: scores are base64 of little-endian 32-bit floats. */
  public static final ItemCodec<ItemScores> CODEC = new Codec();

  static ItemScores of(ConditionScores scored) {
    return new ItemScores(
        scored.scores(),
        scored.touched().stream()
            .map(own -> own.stream().mapToLong(Touched::touched).toArray())
            .toList());
  }

  private static final class Codec implements ItemCodec<ItemScores> {
    @Override
    public String outcomes() {
      return "scores";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public String key() {
      return "item";
    }

    @Override
    public void write(ItemScores outcome, ObjectNode line) {
      ArrayNode scores = line.putArray("scores");
      outcome.scores.forEach(own -> scores.add(Floats.base64(own)));
      ArrayNode touched = line.putArray("touched");
      for (long[] own : outcome.touched) {
        ArrayNode counts = touched.addArray();
        for (long count : own) {
          counts.add(count);
        }
      }
    }

    @Override
    public ItemScores read(JsonNode line, JsonNode shared) {
      List<float[]> scores = new ArrayList<>();
      line.path("scores").forEach(own -> scores.add(finite(Floats.of(own.asText()))));
      List<long[]> touched = new ArrayList<>();
      for (JsonNode own : line.path("touched")) {
        long[] counts = new long[own.size()];
        for (int i = 0; i < counts.length; i++) {
          counts[i] = own.path(i).asLong();
        }
        touched.add(counts);
      }
      return new ItemScores(scores, touched);
    }

    private static float[] finite(float[] scores) {
      for (float score : scores) {
        if (!Float.isFinite(score)) {
          throw new IllegalArgumentException("a score is not finite: " + score);
        }
      }
      return scores;
    }
  }
}
