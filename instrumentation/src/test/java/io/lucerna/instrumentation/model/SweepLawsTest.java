package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.sweep.Cell;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast sweep is the plain one with less work; and what every sweep must satisfy. */
class SweepLawsTest {
  /**
   * How many cells of the plain sweep share a pass; that it does not matter is a law of its own.
   */
  private static final int SHARED = 16;

  private static final int PADDING = 5;

  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  static Stream<Path> berts() throws IOException {
    return ReferenceModel.berts();
  }

  private static List<Sweep> sweeps(ModelConfig config) {
    List<Head> heads = List.of(new Head(0, 0), new Head(config.layers() - 1, config.heads() - 1));
    return List.of(
        Sweep.of(SweepKind.BLOCK),
        Sweep.of(SweepKind.HEAD),
        Sweep.of(SweepKind.MLP),
        Sweep.of(SweepKind.ATTN),
        Sweep.of(SweepKind.RESID),
        new Sweep(SweepKind.HEAD_POS, heads, -1),
        new Sweep(SweepKind.NEURON, List.of(), 0),
        new Sweep(SweepKind.NEURON, List.of(), config.layers() - 1));
  }

  /**
   * Texts, and a score of them: a sum in which the output's numbers do not simply add up, as a
   * share of the sum of their sizes, which its rounding goes by.
   */
  private record Setup(TwoTexts texts, double size) implements AutoCloseable {
    static Setup of(TwoTexts texts) {
      double size = 0;
      for (float value : texts.model().forward(texts.batch(texts.one()), Hooks.none())[0]) {
        size += Math.abs(value);
      }
      return new Setup(texts, Math.max(1, size));
    }

    static Setup of(Path folder) throws IOException {
      return of(TwoTexts.of(folder));
    }

    ModelConfig config() {
      return texts.model().config();
    }

    private float score(float[] output) {
      double sum = 0;
      for (int i = 0; i < output.length; i++) {
        sum += (i % 2 == 0 ? 1 : -.5) * output[i];
      }
      return (float) (sum / size);
    }

    SweepResult run(Sweep sweep, Way way, Direction direction, TokenSequence perturbed) {
      return new PatchingSweep(texts.model(), Side.PAIR, sweep, way.method, way.batch, way.width)
          .run(texts.one(), perturbed, direction, this::score);
    }

    SweepResult run(Sweep sweep, Way way) {
      return run(sweep, way, Direction.DENOISE, texts.changed());
    }

    @Override
    public void close() {
      texts.close();
    }
  }

  /** How a sweep is computed; texts are padded to the width. */
  private record Way(Method method, int batch, int width) {}

  /** In one direction as they are, in the other padded. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theFastSweepGivesThePlainOnesScores(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      theSame(setup, Direction.DENOISE, 0);
      theSame(setup, Direction.NOISE, setup.texts.one().length() + PADDING);
    }
  }

  /** There the last layer is computed at one position. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("berts")
  void theFastSweepGivesThePlainOnesScoresWherePoolingTakesTheFirst(Path folder)
      throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    OutputSettings first = OutputSettings.defaults().withPooling(Pooling.CLS);
    HookedModel model = reference.model(Precision.FP32, first);
    try (Setup setup = Setup.of(TwoTexts.of(reference, model))) {
      theSame(setup, Direction.DENOISE, setup.texts.one().length() + PADDING);
      theSame(setup, Direction.NOISE, 0);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("berts")
  void theFastSweepGivesThePlainOnesScoresInDoublePrecisionToo(Path folder) throws IOException {
    try (Setup setup = Setup.of(TwoTexts.of(folder, Precision.FP64))) {
      theSame(setup, Direction.DENOISE, 0);
    }
  }

  private static void theSame(Setup setup, Direction direction, int width) {
    for (Sweep sweep : sweeps(setup.config())) {
      TokenSequence changed = setup.texts.changed();
      SweepResult plain =
          setup.run(sweep, new Way(Method.PLAIN, SHARED, width), direction, changed);
      SweepResult fast = setup.run(sweep, new Way(Method.FAST, 3, width), direction, changed);
      assertEquals(plain.recipient(), fast.recipient(), sweep.toString());
      assertEquals(plain.donor(), fast.donor(), sweep.toString());
      close(plain, fast, sweep, setup.config());
      for (SweepResult each : List.of(plain, fast)) {
        boolean moved = false;
        for (float score : each.patched()) {
          moved |= score != each.recipient();
        }
        assertTrue(moved, sweep + " moves no score at all");
      }
    }
  }

  private static void close(
      SweepResult expected, SweepResult actual, Sweep sweep, ModelConfig config) {
    List<Cell> cells = sweep.cells(config, expected.tokens().size());
    for (int i = 0; i < expected.patched().length; i++) {
      String what = sweep + " " + cells.get(i);
      assertEquals(expected.patched()[i], actual.patched()[i], 1e-6, what);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("berts")
  void plainCellsThatShareAPassGetTheBitsOfTheirOwn(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      for (Sweep sweep : sweeps(setup.config())) {
        SweepResult alone = setup.run(sweep, new Way(Method.PLAIN, 1, 0));
        SweepResult shared = setup.run(sweep, new Way(Method.PLAIN, SHARED, 0));
        assertArrayEquals(alone.patched(), shared.patched(), sweep.toString());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("berts")
  void aRunPatchedWithItselfKeepsItsScore(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      TokenSequence same = setup.texts.one();
      for (Sweep sweep : sweeps(setup.config())) {
        SweepResult plain =
            setup.run(sweep, new Way(Method.PLAIN, SHARED, 0), Direction.DENOISE, same);
        for (float score : plain.patched()) {
          assertEquals(plain.recipient(), score, sweep.toString());
        }
        SweepResult fast = setup.run(sweep, new Way(Method.FAST, 4, 0), Direction.DENOISE, same);
        close(plain, fast, sweep, setup.config());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("berts")
  void noNativeArraysAreLeftAndBatchesDoNotMatter(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      int live = setup.texts.model().liveArrays();
      for (Sweep sweep : sweeps(setup.config())) {
        SweepResult one = setup.run(sweep, new Way(Method.FAST, 1, 0));
        SweepResult again = setup.run(sweep, new Way(Method.FAST, 1, 0));
        assertArrayEquals(one.patched(), again.patched(), sweep.toString());
        SweepResult many = setup.run(sweep, new Way(Method.FAST, 50, 0));
        close(one, many, sweep, setup.config());
        assertEquals(live, setup.texts.model().liveArrays(), sweep.toString());
      }
    }
  }
}
