package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.points;
import static io.lucerna.reranker.InterventionSetup.ramp;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scores under conditions, predicted from gradients. */
class ConditionPredictorTest {
  private static final double STEP = 3e-4;

  static Stream<Path> models() throws IOException {
    return InterventionSetup.models();
  }

  /** One for each way to a score. */
  static Stream<Path> ways() throws IOException {
    return Checkout.kinds("bert-(cross|bi|colbert|mlm-splade)|t5-monot5|qwen3-causal");
  }

  private static Ranker open(Path folder) {
    return Rankers.open(folder, "laws", ScorerOptions.defaults().withPrecision(Precision.FP64));
  }

  private static WorkItem item() {
    return new WorkItem(
        List.of(new WorkItem.Query("q", QUERY)),
        IntStream.range(0, PASSAGES.size())
            .mapToObj(i -> new WorkItem.Passage("p" + i, PASSAGES.get(i), List.of(0)))
            .toList());
  }

  private static List<float[]> predicted(Ranker ranker, List<CompiledSpec> specs, long numbers) {
    List<float[]> scores = new ArrayList<>();
    new ConditionPredictor(ranker, specs, numbers)
        .predict(
            item(),
            (condition, own) -> {
              assertEquals(scores.size(), condition);
              scores.add(own);
            });
    return scores;
  }

  private static float[] exact(Ranker ranker, CompiledSpec spec) {
    return ranker.score(QUERY, PASSAGES, spec.hooks("q", ids())).scores();
  }

  private static List<String> ids() {
    return IntStream.range(0, PASSAGES.size()).mapToObj(i -> "p" + i).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void smallChangesAreThoseOfTheScores(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<String> targets = new ArrayList<>();
      for (HookPoint point : points(ranker)) {
        // Masked scores are too large for a factor.
        if (point.site() != Site.SCORE && point.site() != Site.ATTN_SCORES) {
          targets.add(point.toString());
        }
      }
      targets.add("blocks.*.attn.hook_z head=1");
      targets.add("blocks.0.mlp.hook_post unit=3,5");
      targets.add("blocks.0.hook_mlp_out at=0-2");
      targets.add("blocks.0.attn.hook_pattern at=0 keys=1-3");
      Side last = ranker.reading().sides().getLast();
      targets.add("blocks.0.hook_mlp_out side=" + last.name().toLowerCase(Locale.ROOT));
      List<CompiledSpec> specs = new ArrayList<>();
      targets.forEach(t -> specs.add(compile(ranker, "scale " + t + " by=" + (1 + STEP))));
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      List<float[]> predicted = predicted(ranker, specs, 1 << 20);
      int moved = 0;
      for (int c = 0; c < targets.size(); c++) {
        float[] more = exact(ranker, specs.get(c));
        float[] less =
            exact(ranker, compile(ranker, "scale " + targets.get(c) + " by=" + (1 - STEP)));
        for (int i = 0; i < plain.length; i++) {
          double expected = ((double) more[i] - less[i]) / 2;
          double rounding = 1.5e-7 * Math.max(1, Math.abs(plain[i]));
          assertEquals(
              expected,
              (double) predicted.get(c)[i] - plain[i],
              rounding + 1e-2 * Math.abs(expected),
              targets.get(c) + " passage " + i);
          moved += Math.abs(expected) > 5 * rounding ? 1 : 0;
        }
      }
      assertTrue(moved > targets.size() / 2, "few changes are larger than rounding: " + moved);
    }
  }

  /**
   * Whatever shares its work: the products of each number's change with its gradient, one by one.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void changesAreThoseOfTheActivationsTimesTheirGradients(Path folder) {
    try (Ranker ranker = open(folder)) {
      String z = "blocks.0.attn.hook_z";
      String out = "blocks.0.hook_mlp_out";
      int width = ranker.reading().points().size("d_model").orElseThrow();
      int half = ranker.reading().points().size("d_head").orElseThrow();
      MemoryRecording recording = InterventionSetup.recording(ranker);
      List<String> lines =
          List.of(
              "zero " + z + " head=1",
              "zero " + z + " head=0 unit=1,3",
              "zero " + z,
              "mean " + z + " head=1 from=r",
              "set " + out + " to=0.5 unit=0-3 at=1-4",
              "noise " + out + " std=0.1 seed=3 unit=2",
              "add " + out + " vector=" + ramp(width, 3) + " dose=2",
              "project-out " + z + " vector=" + ramp(half, 2),
              "project-out " + out + " vector=" + ramp(width, 2),
              "project-out " + out + " vector=" + two(width),
              "project-out " + out + " vector=" + ramp(width, 2) + " at=cls",
              "project-onto " + out + " vector=" + ramp(width, 2),
              "zero blocks.1.attn.hook_pattern head=1 at=match",
              "scale " + out + " by=2 unit=1,2; add " + out + " vector=" + ramp(width, 5));
      List<CompiledSpec> specs =
          lines.stream().map(line -> compile(ranker, line, recording)).toList();
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      List<float[]> predicted = predicted(ranker, specs, 1 << 20);
      for (int c = 0; c < lines.size(); c++) {
        String point = specs.get(c).spec().interventions().getFirst().target().points().getFirst();
        double[] expected = expected(ranker, specs.get(c), point);
        for (int i = 0; i < plain.length; i++) {
          assertTrue(expected[i] != 0 || lines.get(c).contains("match"), lines.get(c));
          assertEquals(
              plain[i] + expected[i],
              predicted.get(c)[i],
              2e-6 * Math.max(1, Math.abs(plain[i]) + Math.abs(expected[i])),
              lines.get(c) + " passage " + i);
        }
      }
    }
  }

  private static String two(int width) {
    return "[" + ramp(width, 2) + "," + ramp(width, 7) + "]";
  }

  private record Input(Side side, int number) {}

  /**
   * By passage, over both sides; a query's activation is that of one pass, its gradients are not.
   */
  private static double[] expected(Ranker ranker, CompiledSpec spec, String point) {
    Map<Input, InputActivations> before = new ConcurrentHashMap<>();
    Map<Input, InputActivations> after = new ConcurrentHashMap<>();
    Map<Input, InputActivations> gradients = new ConcurrentHashMap<>();
    var registry = ranker.reading().model().registry();
    List<String> globs = List.of(point);
    ranker.score(
        QUERY,
        PASSAGES,
        InputActivations.hooks(
                registry, globs, in -> before.put(new Input(in.side(), in.number()), in))
            .and(
                InputActivations.gradients(
                    registry, globs, in -> gradients.put(new Input(in.side(), in.number()), in))));
    Hooks edit = spec.hooks("q", ids());
    ranker.score(
        QUERY,
        PASSAGES,
        edit.and(
            InputActivations.hooks(
                registry, globs, in -> after.put(new Input(in.side(), in.number()), in))));
    double[] sums = new double[PASSAGES.size()];
    gradients.forEach(
        (input, gradient) -> {
          Input read = input.side() == Side.QUERY ? new Input(Side.QUERY, 0) : input;
          float[] from = requireNonNull(before.get(read)).get(point).values();
          float[] to = requireNonNull(after.get(read)).get(point).values();
          float[] slopes = gradient.get(point).values();
          double sum = 0;
          for (int i = 0; i < slopes.length; i++) {
            sum += ((double) to[i] - from[i]) * slopes[i];
          }
          synchronized (sums) {
            sums[input.number()] += sum;
          }
        });
    return sums;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void nothingIsPlainToTheBitHoweverManyScoresFitIntoMemory(Path folder) {
    try (Ranker ranker = InterventionSetup.open(folder)) {
      int width = ranker.reading().points().size("d_model").orElseThrow();
      List<CompiledSpec> specs = new ArrayList<>();
      specs.add(compile(ranker, ""));
      specs.add(compile(ranker, "scale blocks.*.hook_mlp_out by=1"));
      specs.add(compile(ranker, "add blocks.0.hook_mlp_out vector=" + ramp(width, 3) + " dose=0"));
      for (int head = 0; head < ranker.card().heads(); head++) {
        specs.add(compile(ranker, "zero blocks.1.attn.hook_z head=" + head));
      }
      specs.add(compile(ranker, "project-out blocks.0.hook_mlp_out vector=" + ramp(width, 3)));
      specs.add(compile(ranker, "project-out blocks.0.hook_mlp_out vector=" + ramp(width, 5)));
      int live = ranker.reading().model().liveArrays();
      List<float[]> together = predicted(ranker, specs, 1 << 20);
      List<float[]> byOne = predicted(ranker, specs, 1);
      List<float[]> byTwo = predicted(ranker, specs, 2 * PASSAGES.size());
      assertEquals(live, ranker.reading().model().liveArrays());
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      for (int c = 0; c < specs.size(); c++) {
        String line = specs.get(c).spec().toString();
        if (c < 3) {
          assertArrayEquals(plain, together.get(c), line);
        } else {
          assertTrue(plain[0] != together.get(c)[0], line);
        }
        assertArrayEquals(together.get(c), byOne.get(c), 2e-6f, line);
        assertArrayEquals(together.get(c), byTwo.get(c), 2e-6f, line);
      }
    }
  }

  @Test
  void predictionsAreExactWhereTheScoreIsLinear() throws IOException {
    Path colbert = Checkout.goldens("bert-colbert").findFirst().orElseThrow();
    try (Ranker ranker = open(colbert)) { // linear as long as the nearest tokens stay the nearest
      assertExact(ranker, "scale " + HookPoint.of(Site.TOKEN_VECTORS) + " by=3 side=passage");
      assertExact(ranker, "scale " + HookPoint.of(Site.TOKEN_VECTORS) + " by=0.5 side=query");
    }
    Path cross = Checkout.goldens("bert-cross").findFirst().orElseThrow();
    try (Ranker ranker = open(cross)) {
      assertExact(ranker, "scale hook_logits by=-3");
    }
  }

  private static void assertExact(Ranker ranker, String line) {
    CompiledSpec spec = compile(ranker, line);
    float[] exact = exact(ranker, spec);
    float[] plain = ranker.score(QUERY, PASSAGES).scores();
    float[] predicted = predicted(ranker, List.of(spec), 1 << 20).getFirst();
    for (int i = 0; i < exact.length; i++) {
      assertTrue(Math.abs(exact[i] - plain[i]) > 1e-3, line);
      assertEquals(exact[i], predicted[i], 1e-5 * Math.max(1, Math.abs(exact[i])), line);
    }
  }

  @Test
  void whatDoesNotFollowFromTheActivationIsRefused() throws IOException {
    try (Ranker ranker =
        InterventionSetup.open(Checkout.goldens("bert-bi").findFirst().orElseThrow())) {
      MemoryRecording recording = InterventionSetup.recording(ranker);
      Map<String, String> reasons =
          Map.of(
              "resample blocks.0.attn.hook_z from=r seed=1",
              "takes the activation of another input, drawn by chance",
              "patch blocks.0.attn.hook_z from=r donor=other",
              "takes the activation of another input",
              "scale hook_score by=2",
              "changes the score itself, which is no activation of the model");
      reasons.forEach(
          (line, why) -> {
            List<CompiledSpec> specs = List.of(compile(ranker, line, recording));
            assertEquals(
                "a gradient cannot predict '" + specs.getFirst().spec() + "', which " + why,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ConditionPredictor(ranker, specs, 1))
                    .getMessage());
          });
    }
  }
}
