package io.lucerna.plugin.models;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.Sha256;
import io.lucerna.e5.E5;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The embedded ranker with weights in 8 bits against transformers with the same weights,
 * dequantised with numpy (instrumentation/src/test/python/e5_reference.py).
 */
class E5ParityTest {
  private static final double BOUND = 1e-5;
  private static final int WIDTH = 384;

  /** The mean of a text's states, and of how many tokens. */
  private record Mean(double[] values, int tokens) {}

  @TempDir static Path cache;

  private static Mean mean(TokenBatch batch, float[] states) {
    int tokens = batch.sequences().get(0).length();
    double[] mean = new double[WIDTH];
    for (int i = 0; i < tokens * WIDTH; i++) {
      mean[i % WIDTH] += (double) states[i] / tokens;
    }
    return new Mean(mean, tokens);
  }

  /** A hash over all weights' bits, by name. */
  private static String weights(Path folder) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      for (String name : checkpoint.names()) {
        float[] values = checkpoint.floats(name);
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void close(String what, JsonNode expected, double actual) {
    double value = expected.asDouble();
    assertEquals(value, actual, BOUND * Math.max(1, Math.abs(value)), what);
  }

  @Test
  void scoresAndVectorsAreThoseOfTheDequantisedWeights() throws IOException {
    JsonNode reference;
    try (InputStream in = requireNonNull(E5ParityTest.class.getResourceAsStream("e5.json"))) {
      reference = new ObjectMapper().readTree(in);
    }
    assertEquals(reference.get("weights").asText(), weights(new E5().folder(cache)));
    try (Ranker ranker = Rankers.open(new E5().folder(cache), E5.NAME, ScorerOptions.defaults())) {
      ModelCard card = ranker.card();
      assertEquals("bi-encoder, mean pooling, cosine", card.scorer());
      assertEquals(512, card.maxTokens());
      assertEquals(List.of(12, 12, WIDTH), List.of(card.layers(), card.heads(), card.width()));
      assertEquals(33_212_160, card.parameters());
      Map<Side, Mean> means = new EnumMap<>(Side.class);
      Hook.Observer keep =
          (context, x) ->
              means.put(context.batch().side(), mean(context.batch(), x.toFloatArray()));
      Hooks hooks = Hooks.none().with("blocks.11.hook_normalized_resid_post", keep);
      for (JsonNode pair : reference.get("pairs")) {
        String query = pair.get("query").asText();
        List<String> passage = List.of(pair.get("passage").asText());
        close(query, pair.get("score"), ranker.score(query, passage, hooks).scores()[0]);
        Mean[] both = {means.get(Side.QUERY), means.get(Side.PASSAGE)};
        String[] names = {"query_mean", "passage_mean"};
        for (int side = 0; side < both.length; side++) {
          Mean mean = requireNonNull(both[side]);
          assertEquals(pair.get("tokens").get(side).asInt(), mean.tokens, query);
          JsonNode head = pair.get(names[side]);
          for (int i = 0; i < head.size(); i++) {
            close(query + " " + names[side] + " " + i, head.get(i), mean.values[i]);
          }
        }
      }
    }
  }
}
