package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scores against Hugging Face transformers, from text. What a ranker's hooks see is what the model
 * computes of the references' token ids, which its own tests compare at every point.
 */
class GoldenParityTest {
  private static final double BOUND = 1e-5;

  static Stream<Path> goldens() throws IOException {
    return Checkout.goldens(
        "(bert|electra|distilbert|mpnet|roberta|xlm-roberta|random-\\d+)-(cross|bi|mlm-splade).*");
  }

  /** References are of mean pooling, whatever the folder says of it. */
  private static ScorerOptions options(Golden golden) throws IOException {
    ScorerOptions options = ScorerOptions.defaults();
    if (golden.cross()) {
      return options.withLabel(Label.LAST); // a reference's score is a logit
    }
    return golden.output().equals("mean_pooled") ? options.withPooling(Pooling.MEAN) : options;
  }

  private static Hooks keep(Side side, Map<HookPoint, float[]> seen) {
    Hook.Observer observer =
        (context, activation) -> {
          if (context.batch().side() == side) {
            seen.put(context.point(), activation.toFloatArray());
          }
        };
    return Hooks.none().with("*", observer);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void scoresFromTextAndWhatHooksSee(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    Side side = golden.cross() ? Side.PAIR : Side.PASSAGE;
    try (Ranker ranker = Rankers.open(folder, "golden", options(golden))) {
      for (int i = 0; i < golden.queries().size(); i++) {
        Map<HookPoint, float[]> seen = new LinkedHashMap<>();
        List<String> passage = List.of(golden.passages().get(i));
        PairScores scores = ranker.score(golden.queries().get(i), passage, keep(side, seen));
        Map<HookPoint, float[]> expected = new LinkedHashMap<>();
        TokenSequence ids = golden.input(ranker, i);
        long padding = ranker.reading().model().config().padId();
        TokenBatch batch = TokenBatch.of(List.of(ids), padding, side);
        float[] output = ranker.reading().model().forward(batch, keep(side, expected))[0];
        float[] score = requireNonNull(seen.remove(HookPoint.of(Site.SCORE)));
        assertArrayEquals(scores.scores(), score);
        assertEquals(expected.keySet(), seen.keySet());
        expected.forEach((point, own) -> assertArrayEquals(own, seen.get(point), "at " + point));
        if (golden.cross()) {
          close("score " + i, golden.get("score").row(i)[0], score[0], BOUND);
        } else {
          close("output " + i, golden.get(golden.output()).row(i), output, BOUND);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void clsPooling(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    if (!golden.has("cls")) {
      return;
    }
    ScorerOptions options = ScorerOptions.defaults().withPooling(Pooling.CLS);
    try (BiEncoder scorer = (BiEncoder) Rankers.open(folder, "golden", options)) {
      for (int i = 0; i < golden.passages().size(); i++) {
        TokenSequence text = scorer.reading().tokenizer().passage(golden.passages().get(i));
        TokenBatch batch =
            TokenBatch.of(List.of(text), scorer.reading().model().config().padId(), Side.PASSAGE);
        float[] pooled = scorer.reading().model().forward(batch, Hooks.none())[0];
        close("cls " + i, golden.get("cls").row(i), pooled, BOUND);
      }
    }
  }

  private static void close(String what, float[] expected, float[] actual, double bound) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      close(what + " at " + i, expected[i], actual[i], bound);
    }
  }

  private static void close(String what, double expected, double actual, double bound) {
    assertEquals(expected, actual, bound * Math.max(1, Math.abs(expected)), what);
  }
}
