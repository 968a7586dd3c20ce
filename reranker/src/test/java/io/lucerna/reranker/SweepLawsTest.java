package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.family.Task;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.nn.ModelConfig;
import io.lucerna.instrumentation.nn.Pooling;
import io.lucerna.instrumentation.sweep.Cell;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast sweep is the plain one with less work; and what every sweep must satisfy. */
class SweepLawsTest {
  private static final int PADDING = 5;

  /**
   * How many cells of the plain sweep share a pass; that it does not matter is a law of its own.
   */
  private static final int SHARED = 16;

  static Stream<Path> models() throws IOException {
    // The same weights in other forms of storage add nothing here.
    return Golden.folders("(bert|random-\\d+)-(cross|bi)(?!-(bin|onnx|sharded|bf16)).*");
  }

  /** One side of a ranker with a pair to patch. */
  private record Setup(Ranker ranker, Side side, AlignedPair pair, Readout readout) {

    /**
     * Random ids; the pair differs in two of them. The other side is what the model makes of it.
     */
    static List<Setup> of(Ranker ranker) {
      List<Setup> setups = new ArrayList<>();
      ModelConfig config = ranker.reading().model().config();
      int length = Math.min(14, config.maxPositions() - PADDING);
      for (Side side : ranker.reading().sides()) {
        Random random = new Random(length);
        long[] ids = random.longs(length, 0, config.vocabulary()).toArray();
        long[] types = new long[length];
        Arrays.fill(types, length / 2, length, side == Side.PAIR ? config.tokenTypes() - 1 : 0);
        long[] changed = ids.clone();
        changed[length / 2] = (ids[length / 2] + 1) % config.vocabulary();
        changed[length - 2] = (ids[length - 2] + 1) % config.vocabulary();
        TokenSequence base = TokenSequence.ofIds(ids, types);
        AlignedPair pair = new AlignedPair(base, TokenSequence.ofIds(changed, types));
        TokenSequence other = TokenSequence.ofIds(new long[] {ids[1], ids[0]}, new long[2]);
        float[] fixed =
            ranker
                .reading()
                .model()
                .forward(TokenBatch.of(List.of(other), 0, side), Hooks.none())[0];
        setups.add(new Setup(ranker, side, pair, ranker.reading().readout(side, fixed)));
      }
      return setups;
    }

    SweepResult run(Sweep sweep, Method method, int batch, int width, Direction direction) {
      return new PatchingSweep(ranker.reading().model(), side, sweep, method, batch, width)
          .run(pair, direction, readout);
    }
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

  private static List<Ranker> rankers(Path folder) throws IOException {
    List<Ranker> rankers = new ArrayList<>();
    rankers.add(Rankers.open(folder, "golden", ScorerOptions.defaults()));
    if (rankers.getFirst().reading().model().task() == Task.VECTOR) {
      rankers.add(
          Rankers.open(
              folder,
              "golden",
              ScorerOptions.defaults().withPooling(Pooling.CLS).withSimilarity(Similarity.DOT)));
    }
    return rankers;
  }

  @ParameterizedTest
  @MethodSource("models")
  void theFastSweepGivesThePlainOnesScores(Path folder) throws IOException {
    for (Ranker ranker : rankers(folder)) {
      try (ranker) {
        for (Setup setup : Setup.of(ranker)) {
          for (Sweep sweep : sweeps(ranker.reading().model().config())) {
            for (Direction direction : Direction.values()) {
              for (int width : new int[] {0, setup.pair.length() + PADDING}) {
                SweepResult plain = setup.run(sweep, Method.PLAIN, SHARED, width, direction);
                SweepResult fast = setup.run(sweep, Method.FAST, 3, width, direction);
                String what = ranker.card().scorer() + " " + setup.side + " " + sweep;
                assertClose(plain, fast, sweep, ranker.reading().model().config(), what);
                assertEquals(plain.recipient(), fast.recipient(), what);
                assertEquals(plain.donor(), fast.donor(), what);
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theFastSweepGivesThePlainOnesScoresInDoublePrecisionToo(Path folder) throws IOException {
    ScorerOptions options = ScorerOptions.defaults().withPrecision(Precision.FP64);
    try (Ranker ranker = Rankers.open(folder, "golden", options)) {
      Setup setup = Setup.of(ranker).getLast();
      for (Sweep sweep : sweeps(ranker.reading().model().config())) {
        SweepResult plain = setup.run(sweep, Method.PLAIN, SHARED, 0, Direction.DENOISE);
        SweepResult fast = setup.run(sweep, Method.FAST, 3, 0, Direction.DENOISE);
        assertClose(plain, fast, sweep, ranker.reading().model().config(), sweep.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void plainCellsThatShareAPassGetTheBitsOfTheirOwn(Path folder) throws IOException {
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      Setup setup = Setup.of(ranker).getLast();
      for (Sweep sweep : sweeps(ranker.reading().model().config())) {
        SweepResult alone = setup.run(sweep, Method.PLAIN, 1, 0, Direction.DENOISE);
        SweepResult shared = setup.run(sweep, Method.PLAIN, SHARED, 0, Direction.DENOISE);
        assertArrayEquals(alone.patched(), shared.patched(), sweep.toString());
      }
    }
  }

  private static void assertClose(
      SweepResult plain, SweepResult fast, Sweep sweep, ModelConfig config, String what) {
    List<Cell> cells = sweep.cells(config, plain.tokens().size());
    for (int i = 0; i < plain.patched().length; i++) {
      double expected = plain.patched()[i];
      double bound = 1e-6 * Math.max(1, Math.abs(expected));
      assertEquals(expected, fast.patched()[i], bound, what + " " + cells.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRunPatchedWithItselfKeepsItsScore(Path folder) throws IOException {
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      for (Setup setup : Setup.of(ranker)) {
        AlignedPair same = new AlignedPair(setup.pair.base(), setup.pair.base());
        Setup self = new Setup(ranker, setup.side, same, setup.readout);
        for (Sweep sweep : sweeps(ranker.reading().model().config())) {
          SweepResult plain = self.run(sweep, Method.PLAIN, SHARED, 0, Direction.DENOISE);
          for (float score : plain.patched()) {
            assertEquals(plain.recipient(), score, sweep.toString());
          }
          SweepResult fast = self.run(sweep, Method.FAST, 4, 0, Direction.DENOISE);
          for (float score : fast.patched()) {
            assertEquals(plain.recipient(), score, 1e-6, sweep.toString());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void noNativeArraysAreLeftAndBatchesDoNotMatter(Path folder) throws IOException {
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      Setup setup = Setup.of(ranker).getLast();
      int live = ranker.reading().model().liveArrays();
      for (Sweep sweep : sweeps(ranker.reading().model().config())) {
        SweepResult one = setup.run(sweep, Method.FAST, 1, 0, Direction.DENOISE);
        SweepResult again = setup.run(sweep, Method.FAST, 1, 0, Direction.DENOISE);
        assertArrayEquals(one.patched(), again.patched(), sweep.toString());
        SweepResult many = setup.run(sweep, Method.FAST, 50, 0, Direction.DENOISE);
        for (int i = 0; i < one.patched().length; i++) {
          double bound = 1e-6 * Math.max(1, Math.abs(one.patched()[i]));
          assertEquals(one.patched()[i], many.patched()[i], bound, sweep.toString());
        }
        assertEquals(live, ranker.reading().model().liveArrays(), sweep.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchingChangesScores(Path folder) throws IOException {
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      Setup setup = Setup.of(ranker).getLast();
      for (Sweep sweep : sweeps(ranker.reading().model().config())) {
        SweepResult result = setup.run(sweep, Method.FAST, 4, 0, Direction.DENOISE);
        boolean moved = false;
        for (float score : result.patched()) {
          moved |= score != result.recipient();
        }
        assertTrue(moved, sweep + " moves no score at all");
      }
    }
  }
}
