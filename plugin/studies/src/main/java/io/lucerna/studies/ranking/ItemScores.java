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
 * @param counts for each condition, what each of its interventions did
 */
public record ItemScores(List<float[]> scores, List<List<Counts>> counts) {
  /** As a journal holds it: scores are base64 of little-endian 32-bit floats. */
  public static final ItemCodec<ItemScores> CODEC = new Codec();

  /**
   * What an intervention did, in one item or in several.
   *
   * @param touched how many texts it changed
   * @param positions how many positions of all texts it was aimed at
   * @param missing how many of them stayed as they were, since a recording has no counterpart
   */
  public record Counts(long touched, long positions, long missing) {
    static final Counts NONE = new Counts(0, 0, 0);

    private static Counts of(Touched done) {
      return new Counts(done.touched(), done.positions(), done.missing());
    }

    Counts plus(Counts other) {
      return new Counts(
          touched + other.touched, positions + other.positions, missing + other.missing);
    }
  }

  static ItemScores of(ConditionScores scored) {
    return new ItemScores(
        scored.scores(),
        scored.touched().stream().map(own -> own.stream().map(Counts::of).toList()).toList());
  }

  private static final class Codec implements ItemCodec<ItemScores> {
    @Override
    public String outcomes() {
      return "scores";
    }

    @Override
    public int version() {
      return 2;
    }

    @Override
    public String key() {
      return "item";
    }

    @Override
    public void write(ItemScores outcome, ObjectNode line) {
      ArrayNode scores = line.putArray("scores");
      outcome.scores.forEach(own -> scores.add(Floats.base64(own)));
      ArrayNode counts = line.putArray("counts");
      for (List<Counts> own : outcome.counts) {
        ArrayNode each = counts.addArray();
        own.forEach(one -> each.addArray().add(one.touched).add(one.positions).add(one.missing));
      }
    }

    @Override
    public ItemScores read(JsonNode line, JsonNode shared) {
      List<float[]> scores = new ArrayList<>();
      line.path("scores").forEach(own -> scores.add(finite(Floats.of(own.asText()))));
      List<List<Counts>> counts = new ArrayList<>();
      for (JsonNode own : line.path("counts")) {
        List<Counts> each = new ArrayList<>();
        own.forEach(one -> each.add(new Counts(number(one, 0), number(one, 1), number(one, 2))));
        counts.add(each);
      }
      return new ItemScores(scores, counts);
    }

    private static long number(JsonNode counts, int place) {
      return counts.path(place).asLong();
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
