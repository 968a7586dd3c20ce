package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What T5's config.json says, and what its decoder's one position makes of hooks. */
class T5Test {
  private static final List<Long> ANSWERS = List.of(7L, 8L);

  @TempDir Path temp;

  private static Path fixture(String name) {
    return Checkout.models().resolve("families").resolve(name);
  }

  /** A fixture's weights with another config.json. */
  private HookedModel open(String name, Consumer<ObjectNode> change, List<Long> answers)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path folder = fixture(name);
    ObjectNode config = (ObjectNode) mapper.readTree(folder.resolve("config.json").toFile());
    change.accept(config);
    Files.writeString(temp.resolve("config.json"), mapper.writeValueAsString(config));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      OutputSettings output = OutputSettings.defaults().withAnswers(answers);
      return HookedModel.open(Architecture.read(temp), checkpoint, output, Precision.FP32);
    }
  }

  private float[] logits(String name, Consumer<ObjectNode> change) throws IOException {
    try (HookedModel model = open(name, change, ANSWERS)) {
      return model.forward(batch(12, 9, 40, 1), Hooks.none())[0];
    }
  }

  private static TokenBatch batch(long... ids) {
    TokenSequence text = TokenSequence.ofIds(ids, new long[ids.length]);
    return TokenBatch.of(List.of(text), 0, Side.PAIR);
  }

  @Test
  void whatScalesTheOutputIsReadInBothForms() throws IOException {
    float[] scaled = logits("t5-monot5", config -> {});
    float[] old = logits("t5-monot5", config -> config.remove("scale_decoder_outputs"));
    assertArrayEquals(scaled, old, "tied embeddings tell where there is no key");
    float[] plain = logits("t5-monot5", config -> config.put("scale_decoder_outputs", false));
    double width = 12;
    for (int i = 0; i < plain.length; i++) {
      assertEquals(plain[i] / Math.sqrt(width), scaled[i], 1e-6);
    }
    float[] untied =
        logits(
            "t5-monot5",
            config -> config.put("tie_word_embeddings", false).remove("scale_decoder_outputs"));
    assertArrayEquals(plain, untied);
    float[] multilingual =
        logits(
            "t5-monot5",
            config ->
                config
                    .put("model_type", "mt5")
                    .putArray("architectures")
                    .add("MT5ForConditionalGeneration"));
    assertArrayEquals(plain, multilingual, "mT5 never scales");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense_act_fn,is_gated_act", "feed_forward_proj"})
  void theMlpIsReadInBothForms(String removed) throws IOException {
    for (String name : List.of("t5-monot5", "t5-monot5-gated")) {
      boolean gated = name.endsWith("gated");
      float[] plain = logits(name, config -> {});
      float[] other =
          logits(
              name,
              config -> {
                config.put("dense_act_fn", gated ? "gelu_new" : "relu");
                config.put("is_gated_act", gated);
                config.remove(List.of(removed.split(",")));
              });
      assertArrayEquals(plain, other, name + " without " + removed);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "is_decoder | true | is_decoder is true; only false is supported",
        "is_encoder_decoder | false | is_encoder_decoder is false; only true is supported",
        "relative_attention_num_buckets | 3 |"
            + " relative_attention_num_buckets must be at least 4, got 3",
        "relative_attention_max_distance | 8 | relative_attention_max_distance must be more than a"
            + " quarter of the 32 buckets, got 8",
        "dense_act_fn | \"mish\" | dense_act_fn: the activation function mish is not supported",
        "num_decoder_layers | 0 | num_decoder_layers must be at least 1, got 0",
        "decoder_start_token_id | 155 | decoder_start_token_id 155 is not in 0..154",
        "layer_norm_epsilon | 0 | layer_norm_epsilon must be a number above 0, got 0.0",
        "d_kv | 5 | has shape [8, 12], config.json asks for [10, 12]",
        "num_decoder_layers | 2 | decoder.block.1.layer.0.layer_norm.weight",
        "num_layers | 1 | tensors: encoder.block.1",
      })
  void whatWouldChangeNumbersIsRefused(String key, String value, String message) {
    CheckpointException refusal =
        assertThrows(
            CheckpointException.class,
            () ->
                open(
                        "t5-monot5",
                        config -> {
                          try {
                            config.set(key, new ObjectMapper().readTree(value));
                          } catch (IOException e) {
                            throw new AssertionError(e);
                          }
                        },
                        ANSWERS)
                    .close());
    assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
  }

  @Test
  void answersMustBeTokens() {
    for (List<Long> answers : List.of(List.<Long>of(), List.of(7L, 155L), List.of(-1L))) {
      CheckpointException refusal =
          assertThrows(
              CheckpointException.class, () -> open("t5-monot5", c -> {}, answers).close());
      assertTrue(
          String.valueOf(refusal.getMessage())
              .contains(answers.isEmpty() ? "needs the token ids" : "must be in 0..154, got "),
          refusal.getMessage());
    }
  }

  /** At one position a softmax is 1 whatever the scores: else every point counts. */
  @ParameterizedTest
  @ValueSource(strings = {"t5-monot5", "t5-monot5-gated"})
  void everyPointButThoseOfOneScoreReachesTheOutput(String name) throws IOException {
    List<Site> unread = List.of(Site.Q, Site.K, Site.ATTN_SCORES);
    try (HookedModel model = open(name, config -> {}, ANSWERS)) {
      TokenBatch batch = batch(12, 9, 40, 33, 1);
      float[] plain = model.forward(batch, Hooks.none())[0];
      List<HookPoint> without = new ArrayList<>();
      for (HookPoint point : model.registry().points()) {
        Hook.Intervention distort = (context, x) -> x.square().addi(x).muli(.7);
        float[] changed = model.forward(batch, Hooks.none().with(point.toString(), distort))[0];
        if (java.util.Arrays.equals(plain, changed)) {
          without.add(point);
        }
      }
      List<HookPoint> expected =
          model.registry().points().stream()
              .filter(p -> p.stack() == Stack.DECODER && unread.contains(p.site()))
              .toList();
      assertEquals(expected, without);
      assertTrue(expected.size() >= unread.size());
    }
  }
}
