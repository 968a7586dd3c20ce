package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.ActivationCache;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtHandTest {
  private static final String QUERY = "how do bees find flowers";
  private static final List<String> TEXTS = List.of("a bee smells flowers", "bread rises");
  private static final List<String> IDS = List.of("t1/a", "t1/b");

  private static Ranker open(String model) throws IOException {
    return Rankers.open(
        Checkout.kinds(model).findFirst().orElseThrow(), "small", ScorerOptions.defaults());
  }

  @Test
  void othersTakeThePlace() throws IOException {
    List<String> others = List.of(TEXTS.get(1), TEXTS.get(0));
    try (Ranker ranker = open("bert-cross");
        AtHand hand = new AtHand(ranker, 1 << 20)) {
      AtHand.Here first = hand.get(QUERY, TEXTS, IDS);
      assertSame(first, hand.get(QUERY, TEXTS, IDS));
      AtHand.Here second = hand.get(QUERY, others, IDS);
      assertThrows(IllegalStateException.class, () -> first.pairs().score(Hooks.none()));
      assertEquals(2, second.pairs().score(Hooks.none()).scores().length);
      AtHand.Here third = hand.get("why", others, IDS);
      assertThrows(IllegalStateException.class, () -> second.pairs().score(Hooks.none()));
      hand.forget();
      assertThrows(IllegalStateException.class, () -> third.pairs().score(Hooks.none()));
      assertNotSame(third, hand.get("why", others, IDS));
      hand.close();
      assertThrows(IllegalStateException.class, () -> hand.get("why", others, IDS));
    }
  }

  /** Its passages are read no more, and their tokens have the roles that they have for it. */
  @Test
  void anotherQueryOfABiEncoderIsReadAlone() throws IOException {
    try (Ranker ranker = open("bert-bi");
        AtHand hand = new AtHand(ranker, 1 << 20)) {
      hand.get(QUERY, TEXTS, IDS);
      long before = ranker.reading().model().operations();
      AtHand.Here second = hand.get("bread", TEXTS, List.of("t2/a", "t2/b"));
      long again = ranker.reading().model().operations() - before;
      float[] scores = second.pairs().score(Hooks.none()).scores();
      assertArrayEquals(ranker.score("bread", TEXTS).scores(), scores);
      CandidateRecording recording = second.recording();
      assertEquals(List.of("t2/a", "t2/b"), recording.ids());
      assertEquals(
          ranker.reading().input(Side.PASSAGE, "bread", TEXTS.get(1)).tokens(),
          recording.tokens("t2/b", Side.PASSAGE));
      hand.forget();
      before = ranker.reading().model().operations();
      hand.get("bread", TEXTS, IDS);
      long whole = ranker.reading().model().operations() - before;
      assertTrue(again < whole / 2, again + " operations, of " + whole);
    }
  }

  /** Each point of each side, as the ranker computes it. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void theRecordingIsOfThePlainModel(String model) throws IOException {
    try (Ranker ranker = open(model);
        AtHand hand = new AtHand(ranker, 1 << 20)) {
      CandidateRecording recording = hand.get(QUERY, TEXTS, IDS).recording();
      assertEquals(IDS, recording.ids());
      ActivationCache cache = ranker.cache(QUERY, TEXTS, "*");
      for (Side side : ranker.reading().sides()) {
        assertTrue(recording.points(side).size() > 10);
        for (HookPoint point : recording.points(side)) {
          for (int i = 0; i < IDS.size(); i++) {
            InputActivations input =
                side == Side.QUERY ? cache.query().orElseThrow() : cache.passages().get(i);
            Slice slice = recording.get(IDS.get(i), side, point);
            assertEquals(input.tokens(), recording.tokens(IDS.get(i), side));
            assertArrayEquals(input.get(point).values(), slice.values(), point.toString());
            assertArrayEquals(input.get(point).shape(), slice.shape());
          }
        }
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> recording.tokens("t1/c", ranker.reading().sides().getLast()));
    }
  }
}
