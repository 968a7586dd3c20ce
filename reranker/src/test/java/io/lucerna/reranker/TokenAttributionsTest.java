package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.TokenAttributions.Attributed;
import io.lucerna.reranker.TokenAttributions.Erasure;
import io.lucerna.testkit.Checkout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAttributionsTest {
  private static final String QUERY = "time sharing";
  private static final String PASSAGE = "the share of time";
  private static final String ENTRY = "blocks.0.hook_resid_pre";

  private static Ranker open(String name) {
    return Rankers.open(
        Path.of(Checkout.model(name)),
        "tokens",
        ScorerOptions.defaults().withPrecision(Precision.FP64));
  }

  private static double[] values(Attributed passage, TokenMethod method) {
    return requireNonNull(passage.values().get(method));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi", "families/bert-colbert", "families/llama-rank"})
  void theDecompositionIsThatOfExplain(String name) {
    try (Ranker ranker = open(name)) {
      Attributed passage = new TokenAttributions(ranker, Erasure.REMOVE, 2).of(QUERY, PASSAGE, 1);
      double[] all = ranker.explain(QUERY, PASSAGE).sides().getLast().byToken().tokens();
      double[] own = Arrays.stream(passage.tokens()).mapToDouble(i -> all[i]).toArray();
      assertArrayEquals(own, values(passage, TokenMethod.DECOMPOSITION), 1e-12);
      assertTrue(passage.tokens().length > 5, "the passage's tokens");
      assertTrue(
          Arrays.stream(passage.tokens()).allMatch(i -> !passage.input().tokens().get(i).special()),
          "no special token");
      assertEquals(TokenMethod.values().length, passage.values().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void gradientTimesInputIsOfTheScore(String name) {
    try (Ranker ranker = open(name)) {
      Attributed passage = new TokenAttributions(ranker, Erasure.MASK, 1).of(QUERY, PASSAGE, 1);
      Map<Side, InputActivations> gradients = new ConcurrentHashMap<>();
      ranker.score(
          QUERY,
          List.of(PASSAGE),
          InputActivations.gradients(
              ranker.reading().model().registry(),
              List.of(ENTRY),
              input -> gradients.put(input.side(), input)));
      Side side = ranker.reading().sides().getLast();
      float[] slopes = requireNonNull(gradients.get(side)).get(ENTRY).values();
      float[] inputs =
          ranker.cache(QUERY, List.of(PASSAGE), ENTRY).passages().getFirst().get(ENTRY).values();
      int width = slopes.length / passage.input().length();
      double[] expected = new double[passage.tokens().length];
      for (int token = 0; token < expected.length; token++) {
        for (int i = 0; i < width; i++) {
          int at = passage.tokens()[token] * width + i;
          expected[token] += (double) slopes[at] * inputs[at];
        }
      }
      assertArrayEquals(expected, values(passage, TokenMethod.GRADIENT_X_INPUT), 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi", "families/llama-rank", "families/t5-monot5"})
  void integratedGradientsAreComplete(String name) {
    try (Ranker ranker = open(name)) {
      double few =
          new TokenAttributions(ranker, Erasure.REMOVE, 4).of(QUERY, PASSAGE, 1).residual();
      TokenAttributions fine = new TokenAttributions(ranker, Erasure.REMOVE, 400);
      Attributed passage = fine.of(QUERY, PASSAGE, 1);
      assertTrue(passage.residual() <= Math.max(few, 1e-6), passage.residual() + " of " + few);
      assertTrue(passage.residual() < 1e-4, "lacks " + passage.residual());
    }
  }

  /** On the way a comma has no vector; a mask in its place has one. */
  @ParameterizedTest
  @EnumSource(Erasure.class)
  void integratedGradientsOfMaxSimAreComplete(Erasure erasure) {
    try (Ranker ranker = open("families/bert-colbert")) {
      Attributed passage =
          new TokenAttributions(ranker, erasure, 400).of(QUERY, "the share , of time .", 1);
      assertTrue(passage.residual() < 1e-3, "lacks " + passage.residual());
    }
  }

  /** The sum is the score's change from masks to the passage. */
  @Test
  void theWayBeginsAtMasks() {
    try (Ranker ranker = open("bert-bi")) {
      TokenAttributions attributions = new TokenAttributions(ranker, Erasure.MASK, 400);
      Attributed passage = attributions.of(QUERY, PASSAGE, 1);
      boolean[] all = new boolean[passage.tokens().length];
      Arrays.fill(all, true);
      float[] scores = attributions.scores(passage, List.of(all, new boolean[all.length]));
      double sum = Arrays.stream(values(passage, TokenMethod.INTEGRATED_GRADIENTS)).sum();
      assertEquals(scores[0] - scores[1], sum, 2e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void tokensAreTakenAwayAsIfTheTextLackedThem(String name) {
    try (Ranker ranker = open(name)) {
      for (Erasure erasure : Erasure.values()) {
        TokenAttributions attributions = new TokenAttributions(ranker, erasure, 1);
        Attributed passage = attributions.of(QUERY, PASSAGE, 1);
        boolean[] all = new boolean[passage.tokens().length];
        Arrays.fill(all, true);
        boolean[] rest = all.clone();
        List<String> masks = new ArrayList<>();
        for (int i = 0; i < rest.length; i++) {
          int start = passage.input().tokens().get(passage.tokens()[i]).start();
          rest[i] = start < PASSAGE.indexOf("time");
          if (!rest[i] && erasure == Erasure.MASK) {
            masks.add("[MASK]");
          }
        }
        String without = "the share of " + String.join(" ", masks);
        assertArrayEquals(
            ranker.score(QUERY, List.of(PASSAGE, without)).scores(),
            attributions.scores(passage, List.of(all, rest)),
            1e-6f,
            name + ", " + erasure);
      }
    }
  }

  @Test
  void randomNumbersDependOnTheSeedAlone() {
    try (Ranker ranker = open("bert-bi")) {
      TokenAttributions attributions = new TokenAttributions(ranker, Erasure.MASK, 1);
      double[] one = values(attributions.of(QUERY, PASSAGE, 7), TokenMethod.RANDOM);
      assertArrayEquals(one, values(attributions.of(QUERY, PASSAGE, 7), TokenMethod.RANDOM));
      double[] other = values(attributions.of(QUERY, PASSAGE, 8), TokenMethod.RANDOM);
      assertTrue(!Arrays.equals(one, other), "another seed, other numbers");
    }
  }

  /** What attention gives goes through a norm of its own. */
  @Test
  void altiIsRefusedWhereItIsNotDefined() {
    try (Ranker ranker = open("families/gemma2-causal")) {
      TokenAttributions attributions = new TokenAttributions(ranker, Erasure.REMOVE, 1);
      String message =
          assertThrows(IllegalArgumentException.class, () -> attributions.of(QUERY, PASSAGE, 1))
              .getMessage();
      assertTrue(requireNonNull(message).startsWith("ALTI is not defined"), message);
    }
  }

  @Test
  void withoutAMaskNothingIsMasked() {
    try (Ranker ranker = open("families/llama-rank")) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> new TokenAttributions(ranker, Erasure.MASK, 1));
      assertEquals(
          "the model's tokenizer has no mask token: give -erase remove", refused.getMessage());
    }
  }
}
