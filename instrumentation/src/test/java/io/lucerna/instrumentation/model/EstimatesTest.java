package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.sweep.Cell;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When estimates of patches are exact. */
class EstimatesTest {
  private static final int LAST = 1;

  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  /** A score that a vector's numbers add up to with different weights. */
  private static final Readout SCORE =
      new Readout() {
        @Override
        public float score(float[] output) {
          double sum = 0;
          for (int i = 0; i < output.length; i++) {
            sum += weight(i) * output[i];
          }
          return (float) sum;
        }

        @Override
        public float[] slope(float[] output) {
          float[] slope = new float[output.length];
          for (int i = 0; i < slope.length; i++) {
            slope[i] = (float) weight(i);
          }
          return slope;
        }

        private double weight(int i) {
          return i % 2 == 0 ? 1 : -.5;
        }
      };

  private static SweepResult run(TwoTexts texts, Sweep sweep, Method method, int width) {
    return new PatchingSweep(texts.model(), Side.PAIR, sweep, method, 8, width)
        .run(texts.one(), texts.changed(), Direction.DENOISE, SCORE);
  }

  /** What cells of the last layer do, which nothing follows that is not linear. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("widths")
  void anEstimateIsExactWhereTheNetworkIsLinear(int padding, @TempDir Path temp)
      throws IOException {
    Path folder = Checkout.goldens("bert-bi").findFirst().orElseThrow();
    String config = Files.readString(folder.resolve("config.json"));
    // A norm that divides by the root of 1e8 and multiplies by that leaves all but the mean.
    Files.writeString(
        temp.resolve("config.json"), config.replaceAll("(layer_norm_eps\": )[^,]*", "$11e8"));
    ReferenceModel reference = ReferenceModel.open(folder);
    try (Checkpoint stored = Checkpoints.open(folder);
        HookedModel model =
            HookedModel.open(
                Architecture.read(temp),
                new Replaced(stored, EstimatesTest::linear),
                OutputSettings.defaults(),
                Precision.FP64);
        TwoTexts texts = TwoTexts.of(reference, model)) {
      int width = padding == 0 ? 0 : texts.one().length() + padding;
      List<Head> heads = List.of(new Head(LAST, 0), new Head(LAST, 3));
      for (Sweep sweep :
          List.of(
              Sweep.of(SweepKind.HEAD),
              Sweep.of(SweepKind.ATTN),
              Sweep.of(SweepKind.BLOCK),
              new Sweep(SweepKind.HEAD_POS, heads, -1))) {
        SweepResult exact = run(texts, sweep, Method.FAST, width);
        double largest = 0;
        for (Estimate estimate :
            List.of(
                Estimate.ATP, Estimate.FROZEN, Estimate.integrated(1), Estimate.integrated(3))) {
          SweepResult estimated = run(texts, sweep, estimate, width);
          assertEquals(exact.recipient(), estimated.recipient());
          assertEquals(exact.donor(), estimated.donor());
          for (int cell = 0; cell < exact.patched().length; cell++) {
            if (followedByLinearOnly(sweep, model, texts.one().length(), cell)) {
              String what = sweep.kind() + " " + estimate.option() + " cell " + cell;
              double change = (double) exact.patched()[cell] - exact.recipient();
              double found = (double) estimated.patched()[cell] - exact.recipient();
              assertEquals(change, found, 1e-5 * Math.max(1, Math.abs(exact.recipient())), what);
              largest = Math.max(largest, Math.abs(change));
            }
          }
        }
        assertTrue(largest > 1e-3, sweep.kind() + " changes nothing: " + largest);
      }
    }
  }

  static Stream<Integer> widths() {
    return Stream.of(0, 3);
  }

  private static @Nullable Float linear(String name) {
    if (name.endsWith("LayerNorm.weight")) {
      return 1e4f;
    }
    return name.endsWith("intermediate.dense.weight") ? 0f : null;
  }

  private static boolean followedByLinearOnly(
      Sweep sweep, HookedModel model, int positions, int cell) {
    Cell patched = sweep.cells(model.config(), positions).get(cell);
    return patched.layer() == LAST && !patched.point().toString().endsWith("hook_resid_pre");
  }

  /** The parts of an activation add up to what the whole of it does. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void integratedGradientsAreComplete(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder, Precision.FP64)) {
      for (SweepKind kind : List.of(SweepKind.RESID, SweepKind.ATTN, SweepKind.MLP)) {
        SweepResult exact = run(texts, Sweep.of(kind), Method.PLAIN, 0);
        // Near 0, T5's first norm bends the whole stream's way sharply; SPLADE's ReLU and its
        // largest logits do where no midpoint sees it.
        int steps = kind == SweepKind.RESID ? 512 : 64;
        double share = texts.model().task() == Task.TERMS ? .06 : .02;
        SweepResult estimated = run(texts, Sweep.of(kind), Estimate.integrated(steps), 0);
        for (int layer = 0; layer < exact.patched().length; layer++) {
          double whole = (double) exact.patched()[layer] - exact.recipient();
          assertEquals(
              whole,
              (double) estimated.patched()[layer] - exact.recipient(),
              share * Math.abs(whole) + 1e-5 * Math.max(1, Math.abs(exact.recipient())),
              folder + " " + kind + " layer " + layer);
        }
      }
    }
  }

  /** Gemma 2's attention output is what a norm leaves of the heads' sum. */
  static Stream<Path> withoutNormsOfHeads() throws IOException {
    return kinds().filter(folder -> !folder.getFileName().toString().startsWith("gemma2"));
  }

  /** Heads of one layer are parts of its z; their estimates add up to that of attn_out. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("withoutNormsOfHeads")
  void headsAddUpToTheirLayer(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder, Precision.FP64)) {
      for (Estimate estimate : List.of(Estimate.ATP, Estimate.FROZEN)) {
        SweepResult heads = run(texts, Sweep.of(SweepKind.HEAD), estimate, 0);
        SweepResult layers = run(texts, Sweep.of(SweepKind.ATTN), estimate, 0);
        int each = texts.model().config().heads();
        float score = heads.recipient();
        for (int layer = 0; layer < layers.patched().length; layer++) {
          double sum = 0;
          for (int head = 0; head < each; head++) {
            sum += (double) heads.patched()[layer * each + head] - score;
          }
          assertEquals(
              (double) layers.patched()[layer] - score,
              sum,
              2e-6 * each * Math.max(1, Math.abs(score)),
              folder + " " + estimate.option() + " layer " + layer);
        }
      }
    }
  }

  /**
   * The pattern that a patch of a token's query and key makes is the one that hooks find; with its
   * gradient, and those of the two other ways, it gives the estimate.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void patternsAreComputedAnew(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder, Precision.FP64)) {
      int length = texts.one().length();
      Sweep residual = Sweep.of(SweepKind.RESID);
      if (texts.model().blocks().stream().anyMatch(block -> !block.byPosition())) {
        assertThrows(
            IllegalArgumentException.class,
            () -> run(texts, residual, Estimate.ATP_QK, 0),
            "a convolution");
        return;
      }
      SweepResult whole = run(texts, residual, Estimate.ATP_QK, length + 2);
      SweepResult blocks = run(texts, Sweep.of(SweepKind.BLOCK), Estimate.ATP_QK, length + 2);
      SweepResult first = run(texts, Sweep.of(SweepKind.BLOCK), Estimate.ATP, length + 2);
      int layers = texts.model().config().layers();
      int token = length / 2;
      TokenBatch into = batch(texts, texts.one());
      TokenBatch from = batch(texts, texts.changed());
      for (int layer = 0; layer < layers; layer++) {
        double at = plainly(texts, into, from, layer, Integer.toString(token));
        float score = blocks.recipient();
        double bound = 1e-6 * Math.max(1, Math.abs(score));
        assertEquals(at, (double) blocks.patched()[layer * length + token] - score, bound);
        double everywhere = plainly(texts, into, from, layer, "0:" + length);
        assertEquals(everywhere, (double) whole.patched()[layer] - score, bound);
      }
      for (int cell = layers * length; cell < blocks.patched().length; cell++) {
        assertEquals(first.patched()[cell], blocks.patched()[cell], "no softmax of its own block");
      }
    }
  }

  private static TokenBatch batch(TwoTexts texts, TokenSequence one) {
    return TokenBatch.repeated(one, 1, texts.model().config().padId(), Side.PAIR, one.length() + 2);
  }

  private static double plainly(
      TwoTexts texts, TokenBatch into, TokenBatch from, int layer, String tokens) {
    String block = "blocks." + layer + ".";
    List<String> points =
        Stream.of("hook_resid_pre", "attn.hook_q", "attn.hook_k", "attn.hook_v")
            .map(block::concat)
            .toList();
    String pattern = block + "attn.hook_pattern";
    HookedModel model = texts.model();
    try (BatchActivations donor = new BatchActivations();
        BatchActivations own = new BatchActivations();
        BatchActivations patched = new BatchActivations();
        BatchActivations slopes = new BatchActivations()) {
      Hooks ofDonor = Hooks.none();
      Hooks ofRecipient = Hooks.none().observe(pattern, own.observer());
      for (String point : points) {
        ofDonor = ofDonor.observe(point, donor.observer());
        ofRecipient = ofRecipient.observe(point, own.observer());
      }
      model.forward(from, ofDonor);
      model.forward(into, ofRecipient);
      NDIndex rows = new NDIndex(":, " + tokens);
      Hooks patch = Hooks.none().observe(pattern, patched.observer());
      for (String point : points.subList(1, 3)) {
        NDArray other = donor.get(point(point));
        patch =
            patch.intervene(
                point,
                (context, x) -> {
                  NDArray changed = x.duplicate();
                  changed.set(rows, other.get(rows));
                  return changed;
                });
      }
      model.forward(into, patch);
      Hooks back = Hooks.none();
      for (String point : List.of(block + "hook_attn_out", block + "attn.hook_v", pattern)) {
        back = back.observeGradient(point, slopes.observer());
      }
      model.gradients(
          into,
          back,
          Gradient.TRUE,
          out -> Stream.of(out).map(SCORE::slope).toArray(float[][]::new));
      double change = 0;
      NDArray past = slopes.get(point(block + "hook_attn_out"));
      NDArray values = slopes.get(point(points.get(3)));
      change += product(donor, own, points.get(0), rows, past);
      change += product(donor, own, points.get(3), rows, values);
      NDArray moved = patched.get(point(pattern)).sub(own.get(point(pattern)));
      return change + moved.mul(slopes.get(point(pattern))).sum().getDouble();
    }
  }

  private static HookPoint point(String name) {
    return HookPoint.parse(name).orElseThrow();
  }

  private static double product(
      BatchActivations donor, BatchActivations own, String point, NDIndex rows, NDArray slope) {
    NDArray moved = donor.get(point(point)).sub(own.get(point(point)));
    return moved.get(rows).mul(slope.get(rows)).sum().getDouble();
  }

  @Test
  void namesOfEstimates() {
    for (String name : List.of("atp", "atp-qk", "frozen", "ig:1", "ig:20")) {
      assertEquals(name, Estimate.parse(name).option());
    }
    for (String name : List.of("ig", "ig:0", "ig:-3", "ig:1.5", "ATP", "")) {
      assertThrows(IllegalArgumentException.class, () -> Estimate.parse(name), name);
    }
    assertThrows(IllegalArgumentException.class, () -> Estimate.integrated(0));
  }
}
