package io.lucerna.plugin.explain.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.studies.work.Floats;
import io.lucerna.studies.work.ItemCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of one pair's score.
 *
 * @param tokens of the passage
 * @param score with all of them
 * @param empty with none
 * @param methods by {@link io.lucerna.reranker.TokenMethod}, in order; none if there are no tokens
 * @param residual by how much integrated gradients miss the score's change
 */
record PairCurves(
    int tokens, float score, float empty, List<MethodCurves> methods, double residual) {

  /** The shares of tokens, 10 to 90 percent. */
  static final int SHARES = 9;

  /**
   * One method.
   *
   * @param deletion scores without the first 10 to 90 percent of tokens
   * @param insertion scores with only these
   * @param area how well it tells marked tokens from others; NaN where none are marked, or all
   */
  record MethodCurves(float[] deletion, float[] insertion, float area) {
    /** How much the score falls without the first tokens, on average over shares. */
    double aopcDeletion(float score) {
      return score - mean(deletion);
    }

    /** How much it is above that of no tokens with the first ones, on average over shares. */
    double aopcInsertion(float empty) {
      return mean(insertion) - empty;
    }

    private static double mean(float[] values) {
      double sum = 0;
      for (float value : values) {
        sum += value;
      }
      return sum / values.length;
    }
  }

  static final ItemCodec<PairCurves> CODEC = new Codec();

  private static final class Codec implements ItemCodec<PairCurves> {
    @Override
    public String outcomes() {
      return EvaluationFolder.OUTCOMES;
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
    public void write(PairCurves outcome, ObjectNode line) {
      line.put("tokens", outcome.tokens);
      line.put("scores", Floats.base64(new float[] {outcome.score, outcome.empty}));
      line.put("residual", outcome.residual);
      ArrayNode methods = line.putArray("methods");
      for (MethodCurves own : outcome.methods) {
        methods
            .addArray()
            .add(Floats.base64(own.deletion))
            .add(Floats.base64(own.insertion))
            .add(Floats.base64(new float[] {own.area}));
      }
    }

    @Override
    public PairCurves read(JsonNode line, JsonNode shared) {
      float[] scores = Floats.of(line.path("scores").asText());
      List<MethodCurves> methods = new ArrayList<>();
      for (JsonNode own : line.path("methods")) {
        methods.add(
            new MethodCurves(
                Floats.of(own.path(0).asText()),
                Floats.of(own.path(1).asText()),
                Floats.of(own.path(2).asText())[0]));
      }
      return new PairCurves(
          line.path("tokens").asInt(),
          scores[0],
          scores[1],
          methods,
          line.path("residual").asDouble());
    }
  }
}
