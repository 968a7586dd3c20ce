package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.family.Task;
import io.lucerna.instrumentation.hooks.ActivationCache;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.ModelConfig;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.replay.Conditions;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What hooks, sweeps and shared passes promise, on every family, from token ids. */
class FamilyLawsTest {
  private static final int LONGEST = 12;

  static Stream<Path> references() throws IOException {
    return ReferenceModel.folders();
  }

  /** One of those that have a name in common: the same code with other weights. */
  static Stream<Path> architectures() throws IOException {
    Set<Path> names = new HashSet<>();
    return references().filter(folder -> names.add(folder.getFileName()));
  }

  /** A model with two short texts of different lengths. */
  private record Setup(HookedModel model, TokenSequence one, TokenSequence other)
      implements AutoCloseable {
    static Setup of(Path folder) throws IOException {
      ReferenceModel reference = ReferenceModel.open(folder);
      TokenSequence one = cut(reference.texts().getFirst(), LONGEST);
      TokenSequence other = cut(reference.texts().getLast(), one.length() - 2);
      return new Setup(reference.model(Precision.FP32), one, other);
    }

    private static TokenSequence cut(TokenSequence text, int length) {
      int kept = Math.min(length, text.length());
      return TokenSequence.ofIds(
          Arrays.copyOf(text.ids(), kept), Arrays.copyOf(text.types(), kept));
    }

    TokenBatch batch(TokenSequence... texts) {
      return TokenBatch.of(List.of(texts), model.config().padId(), Side.PAIR);
    }

    /** The first text with two tokens exchanged, which a patch can tell from it. */
    TokenSequence changed() {
      long[] ids = one.ids().clone();
      int middle = one.length() / 2;
      ids[middle] = (ids[middle] + 1) % model.config().vocabulary();
      ids[middle + 1] = (ids[middle + 1] + 1) % model.config().vocabulary();
      return TokenSequence.ofIds(ids, one.types());
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void observingChangesNoBitAndReachesEveryPoint(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      TokenBatch batch = setup.batch(setup.one, setup.other);
      float[][] plain = setup.model.forward(batch, Hooks.none());
      int live = setup.model.liveArrays();
      Set<HookPoint> seen = new HashSet<>();
      Hook.Observer vandal =
          (context, activation) -> {
            seen.add(context.point());
            activation.muli(0); // an observer's copy is its own
          };
      equal(plain, setup.model.forward(batch, Hooks.none().with("*", vandal)));
      assertEquals(Set.copyOf(setup.model.registry().points()), seen);
      equal(plain, setup.model.forward(batch, Hooks.none()));
      assertEquals(live, setup.model.liveArrays(), "live arrays");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void patchingWithItsOwnActivationsChangesNoBit(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache cache = new ActivationCache()) {
      TokenBatch batch = setup.batch(setup.one, setup.other);
      float[][] plain = setup.model.forward(batch, Hooks.none().with("*", cache.observer()));
      for (HookPoint point : setup.model.registry().points()) {
        Hook.Intervention same = (context, activation) -> cache.get(context.point());
        equal(plain, setup.model.forward(batch, Hooks.none().with(point.toString(), same)));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void paddingMovesNoOutput(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      // SPLADE's weights are small where logits of size 30 nearly cancel.
      double bound = setup.model.task() == Task.TERMS ? Parity.VOCABULARY_BOUND : 5e-6;
      padding(setup, setup.model, bound);
      try (HookedModel exact = ReferenceModel.open(folder).model(Precision.FP64)) {
        padding(setup, exact, 2e-7); // what is left of rounding to the float that leaves
      }
    }
  }

  private static void padding(Setup setup, HookedModel model, double bound) {
    float[] alone = model.forward(setup.batch(setup.other), Hooks.none())[0];
    float[] padded = model.forward(setup.batch(setup.one, setup.other), Hooks.none())[1];
    assertEquals(alone.length, padded.length);
    for (int i = 0; i < alone.length; i++) {
      assertEquals(alone[i], padded[i], bound * Math.max(1, Math.abs(alone[i])), "at " + i);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void theWholeResidualStreamIsTheDonor(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache donor = new ActivationCache()) {
      String start = new HookPoint(Site.RESID_PRE, 0).toString();
      float[][] wanted =
          setup.model.forward(
              setup.batch(setup.changed()), Hooks.none().with(start, donor.observer()));
      Hook.Intervention patch = (context, activation) -> donor.get(context.point());
      equal(wanted, setup.model.forward(setup.batch(setup.one), Hooks.none().with(start, patch)));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void conditionsThatShareAPassGiveTheBitsOfTheirOwn(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      TokenBatch batch = setup.batch(setup.one, setup.other);
      Hook.Intervention half = (context, activation) -> activation.mul(0.5);
      List<Hooks> conditions = new ArrayList<>(List.of(Hooks.none()));
      for (HookPoint point : setup.model.registry().points()) {
        conditions.add(Hooks.none().with(point.toString(), half));
      }
      int live = setup.model.liveArrays();
      List<float[][]> together =
          Conditions.forwardAll(setup.model, List.of(batch), conditions).getFirst();
      for (int i = 0; i < conditions.size(); i++) {
        equal(setup.model.forward(batch, conditions.get(i)), together.get(i));
      }
      assertEquals(live, setup.model.liveArrays(), "live arrays");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void theFastSweepGivesThePlainOnesScores(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      ModelConfig config = setup.model.config();
      List<Head> heads = List.of(new Head(0, 0), new Head(config.layers() - 1, config.heads() - 1));
      Readout sum = output -> (float) sum(output);
      for (Sweep sweep :
          List.of(
              Sweep.of(SweepKind.BLOCK),
              Sweep.of(SweepKind.HEAD),
              Sweep.of(SweepKind.MLP),
              Sweep.of(SweepKind.ATTN),
              Sweep.of(SweepKind.RESID),
              new Sweep(SweepKind.HEAD_POS, heads, -1),
              new Sweep(SweepKind.NEURON, List.of(), config.layers() - 1))) {
        SweepResult plain = sweep(setup, sweep, Method.PLAIN, 16, sum);
        SweepResult fast = sweep(setup, sweep, Method.FAST, 5, sum);
        boolean moved = false;
        for (int i = 0; i < plain.patched().length; i++) {
          double expected = plain.patched()[i];
          double bound = 1e-6 * Math.max(1, magnitude(setup));
          assertEquals(expected, fast.patched()[i], bound, sweep + " cell " + i);
          moved |= plain.patched()[i] != plain.recipient();
        }
        assertTrue(moved, sweep + " moves no score at all");
      }
    }
  }

  private static SweepResult sweep(
      Setup setup, Sweep sweep, Method method, int batch, Readout readout) {
    return new PatchingSweep(setup.model, Side.PAIR, sweep, method, batch, 0)
        .run(setup.one, setup.changed(), Direction.DENOISE, readout);
  }

  private static double sum(float[] output) {
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += (i % 2 == 0 ? 1 : -.5) * output[i];
    }
    return sum;
  }

  /** The sum of the output's sizes, of which the readout's rounding is a share. */
  private static double magnitude(Setup setup) {
    double sum = 0;
    for (float value : setup.model.forward(setup.batch(setup.one), Hooks.none())[0]) {
      sum += Math.abs(value);
    }
    return sum;
  }

  private static void equal(float[][] expected, float[][] actual) {
    assertEquals(expected.length, actual.length);
    for (int row = 0; row < expected.length; row++) {
      assertArrayEquals(expected[row], actual[row], "text " + row);
    }
  }
}
