package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Pooling;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every hook point and every score against Hugging Face transformers, from text, through the
 * classes that rerank: once each pair alone, once all pairs padded in a batch.
 */
class GoldenParityTest {
  private static final double HOOK_BOUND = 1e-5;
  private static final double PROBABILITY_BOUND = 1e-6;

  /** Logits of a vocabulary, sums of large products: transformers in fp64 is 1.2e-5 away. */
  private static final double VOCABULARY_BOUND = 2e-5;

  /** Points that may lack a reference tensor; {@link #derivedPoints} checks them all the same. */
  private static final Set<Site> DERIVED =
      EnumSet.of(Site.ATTN_SCORES, Site.RESULT, Site.RESID_MID, Site.RESID_POST, Site.MLP_POST);

  /** Points whose reference has a name of its own, or none because a ranker makes them. */
  private static final Set<Site> OUTPUTS = EnumSet.of(Site.POOLER_OUT, Site.LOGITS, Site.SCORE);

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

  private record Seen(TokenBatch batch, int row, Shape shape, float[] values) {}

  private static final class Recorder {
    final Map<HookPoint, Map<Integer, Seen>> seen = new LinkedHashMap<>();

    Hooks hooks(Side side, int textOffset) {
      Hook.Observer observer =
          (context, activation) -> {
            TokenBatch batch = context.batch();
            if (batch.side() != side) {
              return;
            }
            float[] all = activation.toFloatArray();
            int size = all.length / batch.size();
            for (int row = 0; row < batch.size(); row++) {
              float[] own = java.util.Arrays.copyOfRange(all, row * size, (row + 1) * size);
              seen.computeIfAbsent(context.point(), p -> new LinkedHashMap<>())
                  .put(
                      textOffset + batch.rows()[row],
                      new Seen(batch, row, activation.getShape(), own));
            }
          };
      return Hooks.none().with("*", observer);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyPointAndScoreOfSinglePairs(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    try (Ranker scorer = Rankers.open(folder, "golden", options(golden))) {
      Recorder recorder = new Recorder();
      for (int i = 0; i < golden.queries().size(); i++) {
        Side side = golden.cross() ? Side.PAIR : Side.PASSAGE;
        PairScores scores =
            scorer.score(
                golden.queries().get(i),
                List.of(golden.passages().get(i)),
                recorder.hooks(side, i));
        if (golden.cross()) {
          close("score " + i, golden.get("score").row(i)[0], scores.scores()[0], 1e-5);
        }
      }
      compareAll(golden, scorer.reading().model(), recorder);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyPointOfThePaddedBatch(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    try (Ranker scorer = Rankers.open(folder, "golden", options(golden))) {
      List<TokenSequence> texts = new ArrayList<>();
      for (int i = 0; i < golden.queries().size(); i++) {
        texts.add(golden.input(scorer, i));
      }
      HookedModel model = scorer.reading().model();
      Recorder recorder = new Recorder();
      Side side = golden.cross() ? Side.PAIR : Side.PASSAGE;
      TokenBatch batch = TokenBatch.of(texts, model.config().padId(), side);
      assertTrue(batch.padded(), "the golden texts have different lengths");
      model.forward(batch, recorder.hooks(side, 0));
      compareAll(golden, model, recorder);
      if (golden.cross()) {
        float[][] logits = model.forward(batch, Hooks.none());
        for (int i = 0; i < logits.length; i++) {
          close("score " + i, golden.get("score").row(i)[0], Label.LAST.of(logits[i]), HOOK_BOUND);
        }
      } else {
        compareOutputs(golden, model, batch);
      }
    }
  }

  private static void compareOutputs(Golden golden, HookedModel model, TokenBatch batch)
      throws IOException {
    float[][] outputs = model.forward(batch, Hooks.none());
    for (int i = 0; i < outputs.length; i++) {
      close("output " + i, golden.get(golden.output()).row(i), outputs[i], HOOK_BOUND);
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
        close("cls " + i, golden.get("cls").row(i), pooled, HOOK_BOUND);
      }
    }
  }

  private static void compareAll(Golden golden, HookedModel model, Recorder recorder)
      throws IOException {
    if (!golden.has("hidden_states.0")) {
      return; // a reference of scores only: weights stored in bf16
    }
    int compared = 0;
    for (var entry : recorder.seen.entrySet()) {
      HookPoint point = entry.getKey();
      assertEquals(golden.queries().size(), entry.getValue().size(), point + " of every text");
      Optional<Reference> reference =
          OUTPUTS.contains(point.site()) ? output(golden, model, point) : model.reference(point);
      if (reference.isEmpty() || !golden.has(reference.get().tensor())) {
        assertTrue(
            DERIVED.contains(point.site()) || OUTPUTS.contains(point.site()),
            "no reference for " + point);
        continue;
      }
      for (var text : entry.getValue().entrySet()) {
        compare(golden, point, reference.get(), text.getKey(), text.getValue());
        compared++;
      }
    }
    assertTrue(compared > 0);
    derivedPoints(recorder, golden);
  }

  /** What the reference calls an output, which has no module of its own. */
  private static Optional<Reference> output(Golden golden, HookedModel model, HookPoint point)
      throws IOException {
    return switch (point.site()) {
      case SCORE -> Optional.of(new Reference("score", null, 0, 0));
      case POOLER_OUT ->
          golden.cross()
              ? model.reference(point)
              : Optional.of(new Reference("mean_pooled", null, 0, 0));
      default -> model.reference(point);
    };
  }

  private static void compare(
      Golden golden, HookPoint point, Reference reference, int text, Seen seen) {
    Golden.Values values = golden.get(reference.tensor());
    float[] row = values.row(values.shape()[0] == 1 ? 0 : text);
    float[] expected = reference.values(row, (int) values.shape()[values.shape().length - 1]);
    int length = seen.batch().sequences().get(seen.row()).length();
    if (point.site() == Site.PATTERN) {
      int heads = (int) seen.shape().get(1);
      int width = (int) values.shape()[2];
      int own = (int) seen.shape().get(2);
      for (int h = 0; h < heads; h++) {
        for (int q = 0; q < length; q++) {
          for (int k = 0; k < length; k++) {
            double e = expected[(h * width + q) * width + k];
            double a = seen.values()[(h * own + q) * own + k];
            assertEquals(e, a, PROBABILITY_BOUND, point + " head " + h + " " + q + "," + k);
          }
        }
      }
      return;
    }
    boolean perPosition = seen.shape().dimension() > 2;
    int rest = perPosition ? (int) (seen.values().length / seen.shape().get(1)) : 0;
    int count = perPosition ? length * rest : seen.values().length;
    double bound = point.site() == Site.MLM_LOGITS ? VOCABULARY_BOUND : HOOK_BOUND;
    for (int i = 0; i < count; i++) {
      close(point + " of text " + text + " at " + i, expected[i], seen.values()[i], bound);
    }
  }

  /**
   * Sums are sums of their parts, softmax of the scores is the pattern, and head results add up to
   * the attention output.
   */
  private static void derivedPoints(Recorder recorder, Golden golden) {
    recorder.seen.forEach(
        (point, texts) ->
            texts.forEach(
                (text, seen) -> {
                  switch (point.site()) {
                    case RESID_MID -> sum(recorder, point, text, Site.RESID_PRE, Site.ATTN_OUT);
                    case RESID_POST ->
                        sum(recorder, point, text, Site.NORMALIZED_RESID_MID, Site.MLP_OUT);
                    case ATTN_SCORES -> softmax(recorder, point, text);
                    case MLP_POST -> activation(recorder, golden, point, text);
                    default -> {}
                  }
                }));
  }

  private static Seen at(Recorder recorder, Site site, int layer, int text) {
    return requireNonNull(requireNonNull(recorder.seen.get(HookPoint.of(layer, site))).get(text));
  }

  private static void sum(Recorder recorder, HookPoint point, int text, Site a, Site b) {
    float[] total = at(recorder, point.site(), point.layer(), text).values();
    float[] first = at(recorder, a, point.layer(), text).values();
    float[] second = at(recorder, b, point.layer(), text).values();
    for (int i = 0; i < total.length; i++) {
      assertEquals(first[i] + second[i], total[i], point + " at " + i);
    }
  }

  private static void activation(Recorder recorder, Golden golden, HookPoint point, int text) {
    float[] pre = at(recorder, Site.MLP_PRE, point.layer(), text).values();
    float[] post = at(recorder, Site.MLP_POST, point.layer(), text).values();
    for (int i = 0; i < pre.length; i++) {
      double x = pre[i];
      double expected =
          switch (golden.activation()) {
            case "gelu" -> x * (1 + erf(x / Math.sqrt(2))) / 2;
            case "gelu_new", "gelu_pytorch_tanh" ->
                x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + .044715 * x * x * x))) / 2;
            case "relu" -> Math.max(x, 0);
            case "silu" -> x / (1 + Math.exp(-x));
            default -> fail("no reference for " + golden.activation());
          };
      close(point + " at " + i, expected, post[i], HOOK_BOUND);
    }
  }

  /** The error function by its Maclaurin series (Abramowitz and Stegun 7.1.5), 1 beyond 5. */
  private static double erf(double x) {
    if (Math.abs(x) > 5) {
      return Math.signum(x);
    }
    double sum = 0;
    double power = x;
    for (int n = 0; n < 120; n++) {
      sum += power / (2 * n + 1);
      power *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static void softmax(Recorder recorder, HookPoint point, int text) {
    Seen scores = at(recorder, Site.ATTN_SCORES, point.layer(), text);
    float[] pattern = at(recorder, Site.PATTERN, point.layer(), text).values();
    int width = (int) scores.shape().get(3);
    for (int from = 0; from < pattern.length; from += width) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < width; k++) {
        max = Math.max(max, scores.values()[from + k]);
      }
      double total = 0;
      for (int k = 0; k < width; k++) {
        total += Math.exp(scores.values()[from + k] - max);
      }
      for (int k = 0; k < width; k++) {
        double expected = Math.exp(scores.values()[from + k] - max) / total;
        assertEquals(expected, pattern[from + k], PROBABILITY_BOUND, point + " at " + (from + k));
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
