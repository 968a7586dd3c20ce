package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The derivatives of a ranker's scores, of both sides of those that read in two. */
class ScoreGradientsTest {
  private static final String QUERY = "time sharing operating system";
  private static final List<String> PASSAGES =
      IntStream.range(0, 11)
          .mapToObj(i -> "the capital shares time ".repeat(i * 7 % 5) + "memory " + i)
          .toList();

  static Stream<Path> models() throws IOException {
    return Checkout.kinds(".*");
  }

  /** One for each way to a score. */
  static Stream<Path> ways() throws IOException {
    return Checkout.kinds(
        "bert-(cross|bi|cross-2labels|colbert|mlm-splade)|t5-monot5|qwen3-causal");
  }

  private static Ranker open(Path folder, Precision precision) {
    return Rankers.open(folder, "laws", ScorerOptions.defaults().withPrecision(precision));
  }

  private record Input(Side side, int number) {}

  private static Map<Input, InputActivations> gradients(
      Ranker ranker, Hooks earlier, List<String> passages, String... points) {
    Map<Input, InputActivations> found = new ConcurrentHashMap<>();
    Hooks hooks =
        earlier.and(
            InputActivations.gradients(
                ranker.reading().model().registry(),
                List.of(points),
                input -> found.put(new Input(input.side(), input.number()), input)));
    ranker.score(QUERY, passages, hooks);
    return found;
  }

  /** Changes z of one layer in a fixed direction, alike at all positions of one side. */
  private static Hook.Intervention moved(Side side, double step) {
    return (context, z) -> {
      if (context.batch().side() != side) {
        return z;
      }
      NDArray way = z.getManager().create(directions((int) last(z)), z.getShape().slice(3));
      return z.add(way.mul(z.getManager().create((float) step)));
    };
  }

  private static long last(NDArray z) {
    return z.getShape().get(3);
  }

  private static float[] directions(int width) {
    float[] way = new float[width];
    for (int i = 0; i < width; i++) {
      way[i] = (float) Math.sin(1 + 3 * i);
    }
    return way;
  }

  /** Small enough for a straight line, and large enough for scores of 24 bits. */
  private static final double STEP = 3e-4;

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void scoresMoveAsTheGradientsSay(Path folder) {
    String point = HookPoint.of(0, Site.Z).toString();
    try (Ranker ranker = open(folder, Precision.FP64)) {
      Map<Input, InputActivations> gradients = gradients(ranker, Hooks.none(), PASSAGES, point);
      assertEquals(PASSAGES.size() * ranker.reading().sides().size(), gradients.size());
      for (Side side : ranker.reading().sides()) {
        float[] more = scores(ranker, point, side, STEP);
        float[] less = scores(ranker, point, side, -STEP);
        double largest = 0;
        for (int i = 0; i < more.length; i++) {
          double expected = along(requireNonNull(gradients.get(new Input(side, i))).get(point));
          double found = ((double) more[i] - less[i]) / (2 * STEP);
          double rounding = 2e-7 * Math.max(1, Math.abs(more[i])) / STEP;
          assertEquals(
              expected, found, rounding + 5e-3 * Math.abs(expected), side + " passage " + i);
          largest = Math.max(largest, Math.abs(expected));
        }
        assertTrue(largest > 0, side + " has no gradient");
      }
    }
  }

  private static float[] scores(Ranker ranker, String point, Side side, double step) {
    Hooks hooks = Hooks.none().intervene(point, moved(side, step));
    return ranker.score(QUERY, PASSAGES, hooks).scores();
  }

  /** How fast the score changes in the direction. */
  private static double along(Slice gradient) {
    float[] way = directions((int) gradient.shape()[2]);
    double sum = 0;
    for (int i = 0; i < gradient.values().length; i++) {
      sum += (double) gradient.values()[i] * way[i % way.length];
    }
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void threadsAndCompanyChangeNothing(Path folder) {
    try (Ranker ranker = open(folder, Precision.FP32)) {
      List<HookPoint> points = ranker.reading().model().registry().points();
      Map<Input, InputActivations> together =
          gradients(ranker, Hooks.none(), PASSAGES, "*"); // on all threads
      Map<Input, InputActivations> inTurn = new ConcurrentHashMap<>();
      Hooks one =
          Hooks.none()
              .and(
                  InputActivations.gradients(
                      ranker.reading().model().registry(),
                      List.of("*"),
                      input -> inTurn.put(new Input(input.side(), input.number()), input)));
      ranker.score(QUERY, PASSAGES, one.observe("*", (context, activation) -> {}));
      assertEquals(together.keySet(), inTurn.keySet());
      together.forEach(
          (input, gradient) -> {
            assertEquals(points, List.copyOf(gradient.slices().keySet()), "order");
            for (HookPoint point : points) {
              assertArrayEquals(
                  gradient.get(point).values(),
                  requireNonNull(inTurn.get(input)).get(point).values(),
                  input + " " + point);
            }
          });
      assertArrayEquals(
          ranker.score(QUERY, PASSAGES).scores(),
          ranker.score(QUERY, PASSAGES, one).scores(),
          2e-4f,
          "scores of a pass that goes back");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void observersSeeTheQueryOnce(Path folder) {
    try (Ranker ranker = open(folder, Precision.FP32)) {
      String point = HookPoint.of(0, Site.RESID_PRE).toString();
      Map<Side, List<Integer>> seen = new TreeMap<>();
      Hooks hooks =
          Hooks.none()
              .observe(
                  point,
                  (context, x) -> {
                    for (int row : context.batch().rows()) {
                      seen.computeIfAbsent(context.batch().side(), s -> new ArrayList<>()).add(row);
                    }
                  })
              .observeGradient(point, (context, x) -> {});
      ranker.score(QUERY, PASSAGES, hooks);
      for (Side side : ranker.reading().sides()) {
        assertEquals(
            side == Side.QUERY ? 1 : PASSAGES.size(), requireNonNull(seen.get(side)).size());
      }
    }
  }

  @Test
  void whatHasNoGradientIsRefused() throws IOException {
    try (Ranker ranker =
        open(Checkout.goldens("bert-bi").findFirst().orElseThrow(), Precision.FP32)) {
      Hooks score = Hooks.none().observeGradient("hook_score", (context, x) -> {});
      assertEquals(
          "the derivative of the score by itself is 1",
          assertThrows(IllegalArgumentException.class, () -> ranker.score(QUERY, PASSAGES, score))
              .getMessage());
      Hooks nowhere = Hooks.none().observeGradient("blocks.9.hook_z", (context, x) -> {});
      assertThrows(IllegalArgumentException.class, () -> ranker.score(QUERY, PASSAGES, nowhere));
    }
  }

  /** What a donor has no counterpart for stays as it is, and so do its derivatives. */
  @Test
  void aPatchCutsTheGradientWhereItPatches() throws IOException {
    try (Ranker ranker =
        open(Checkout.goldens("bert-cross").findFirst().orElseThrow(), Precision.FP32)) {
      String query = "time";
      String donor = "a";
      MemoryRecording recording = new MemoryRecording().with("d", ranker, query, donor);
      int patched = ranker.reading().input(Side.PAIR, query, donor).length();
      List<String> one = List.of("time sharing system");
      String spec = "patch blocks.1.hook_resid_pre from=r donor=d";
      List<float[]> seen = new ArrayList<>();
      Hooks hooks =
          InterventionSetup.compile(ranker, spec, recording)
              .hooks()
              .observeGradient(
                  "blocks.0.hook_mlp_out", (context, x) -> seen.add(x.get(0).toFloatArray()));
      ranker.score(query, one, hooks);
      int tokens = ranker.reading().input(Side.PAIR, query, one.get(0)).length();
      assertTrue(tokens > patched);
      int width = seen.getFirst().length / tokens;
      for (int position = 0; position < tokens; position++) {
        float[] own = Arrays.copyOfRange(seen.getFirst(), position * width, (position + 1) * width);
        boolean cut = IntStream.range(0, width).allMatch(i -> own[i] == 0);
        assertEquals(position < patched, cut, "position " + position);
      }
    }
  }

  /** What is computed in double precision otherwise has the same derivatives. */
  @ParameterizedTest
  @CsvSource({
    "scale blocks.1.hook_resid_pre by=0.9, scale blocks.1.hook_resid_pre by=0.8999999761581421",
    "noise blocks.1.hook_resid_pre std=0.0001 seed=1, ''",
  })
  void editsInDoublePrecisionHaveDerivatives(String spec, String alike) throws IOException {
    try (Ranker ranker =
        open(Checkout.goldens("bert-cross").findFirst().orElseThrow(), Precision.FP32)) {
      List<float[]> seen = new ArrayList<>();
      for (String line : List.of(spec, alike)) {
        Hooks hooks =
            InterventionSetup.compile(ranker, line)
                .hooks()
                .observeGradient(
                    "blocks.0.hook_mlp_out", (context, x) -> seen.add(x.toFloatArray()));
        ranker.score("time", List.of("time sharing system"), hooks);
      }
      float[] own = seen.get(0);
      assertTrue(IntStream.range(0, own.length).anyMatch(i -> Math.abs(own[i]) > 1e-3));
      assertArrayEquals(seen.get(1), own, 1e-3f);
    }
  }
}
