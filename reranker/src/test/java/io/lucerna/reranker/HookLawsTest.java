package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.ActivationCache;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must hold for hooks on every model: the laws of the numerical contract that need no
 * reference values.
 */
class HookLawsTest {

  static Stream<Path> models() throws IOException {
    return Golden.folders("bert-(cross|bi|cross-2labels|bi-.*|cross-gelu.*)");
  }

  /** A model with the token batches of its golden texts: padded together, and each alone. */
  private record Setup(Ranker scorer, HookedModel model, List<TokenSequence> texts)
      implements AutoCloseable {

    static Setup of(Path folder) throws IOException {
      Golden golden = Golden.read(folder);
      Ranker scorer = Rankers.open(folder, "laws", ScorerOptions.defaults());
      List<TokenSequence> texts = new ArrayList<>();
      for (int i = 0; i < golden.queries().size(); i++) {
        texts.add(golden.input(scorer, i));
      }
      HookedModel model = scorer.reading().model();
      return new Setup(scorer, model, texts);
    }

    TokenBatch together() {
      return TokenBatch.of(texts, model.config().padId(), Side.PAIR);
    }

    TokenBatch alone(int i) {
      return TokenBatch.of(List.of(texts.get(i)), model.config().padId(), Side.PAIR);
    }

    float[][] plain(TokenBatch batch) {
      return model.forward(batch, Hooks.none());
    }

    @Override
    public void close() {
      scorer.close();
    }
  }

  private static void bitEqual(float[][] expected, float[][] actual, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], what + ", text " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void observingEverythingChangesNoBit(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      TokenBatch batch = setup.together();
      float[][] plain = setup.plain(batch);
      Set<HookPoint> seen = ConcurrentHashMap.newKeySet();
      Hook.Observer vandal =
          (context, activation) -> {
            seen.add(context.point());
            activation.muli(0); // an observer's copy is its own
          };
      bitEqual(plain, setup.model.forward(batch, Hooks.none().with("*", vandal)), "observed");
      assertEquals(Set.copyOf(setup.model.registry().points()), seen, "every point is reached");
      bitEqual(plain, setup.plain(batch), "after observing");
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchingWithItsOwnActivationsChangesNoBit(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache cache = new ActivationCache()) {
      TokenBatch batch = setup.together();
      float[][] plain = setup.model.forward(batch, Hooks.none().with("*", cache.observer()));
      for (HookPoint point : setup.model.registry().points()) {
        Hook.Intervention own = (context, activation) -> cache.get(context.point());
        Hooks hooks = Hooks.none().with(point.toString(), own);
        bitEqual(plain, setup.model.forward(batch, hooks), "patched at " + point);
      }
      Hooks all =
          Hooks.none().with("*", (Hook.Intervention) (context, x) -> cache.get(context.point()));
      bitEqual(plain, setup.model.forward(batch, all), "patched everywhere");
      bitEqual(
          plain,
          setup.model.forward(batch, Hooks.none().with("*", (Hook.Intervention) (c, x) -> x)),
          "identity everywhere");
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyPointIsInTheCausalPath(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      TokenBatch batch = setup.together();
      float[][] plain = setup.plain(batch);
      for (HookPoint point : setup.model.registry().points()) {
        Hook.Intervention distort =
            (context, x) -> {
              // A constant shift cancels in a softmax or a LayerNorm: distort unevenly.
              NDArray squared = x.square();
              return squared.addi(x).muli(.5);
            };
        float[][] changed =
            setup.model.forward(batch, Hooks.none().with(point.toString(), distort));
        assertFalse(Arrays.equals(plain[0], changed[0]), point + " does not reach the output");
      }
      bitEqual(plain, setup.plain(batch), "nothing leaks into the next call");
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theDonorsResidualStreamAtLayerZeroGivesTheDonorsOutput(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache donor = new ActivationCache()) {
      TokenBatch batch = setup.alone(0);
      long[] other = setup.texts.get(0).ids().clone();
      other[1] = (other[1] + 7) % setup.model.config().vocabulary();
      TokenBatch donorBatch =
          TokenBatch.of(
              List.of(TokenSequence.ofIds(other, setup.texts.get(0).types())),
              setup.model.config().padId(),
              Side.PAIR);
      HookPoint start = new HookPoint(Site.RESID_PRE, 0);
      float[] donorOutput =
          setup.model.forward(donorBatch, Hooks.none().with(start.toString(), donor.observer()))[0];
      Hooks patch =
          Hooks.none().with(start.toString(), (Hook.Intervention) (c, x) -> donor.get(start));
      float[] patched = setup.model.forward(batch, patch)[0];
      assertArrayEquals(donorOutput, patched);
      assertFalse(Arrays.equals(setup.plain(batch)[0], patched), "the donor differs");
    }
  }

  /** As the checkpoint has it, for the first block. */
  private static float[] outputBias(Path folder) throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      String name =
          checkpoint.names().stream()
              .filter(n -> n.endsWith("encoder.layer.0.attention.output.dense.bias"))
              .findFirst()
              .orElseThrow();
      return checkpoint.floats(name);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void zeroingAllHeadsLeavesOnlyTheOutputBias(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache cache = new ActivationCache()) {
      Hooks hooks =
          Hooks.none()
              .with("blocks.0.attn.hook_z", (Hook.Intervention) (c, z) -> z.muli(0))
              .with("blocks.0.hook_attn_out", cache.observer());
      setup.model.forward(setup.alone(0), hooks);
      float[] out = cache.get(new HookPoint(Site.ATTN_OUT, 0)).toFloatArray();
      float[] bias = outputBias(folder);
      assertFalse(Arrays.equals(new float[bias.length], bias), "the bias is not nothing");
      assertEquals(setup.texts.getFirst().length() * bias.length, out.length);
      for (int i = 0; i < out.length; i++) {
        assertEquals(bias[i % bias.length], out[i], "position " + i / bias.length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void headResultsAddUpToTheAttentionOutput(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder);
        ActivationCache plain = new ActivationCache();
        ActivationCache noHeads = new ActivationCache()) {
      HookPoint attnOut = new HookPoint(Site.ATTN_OUT, 0);
      HookPoint result = new HookPoint(Site.RESULT, 0);
      setup.model.forward(
          setup.alone(0),
          Hooks.none()
              .with(attnOut.toString(), plain.observer())
              .with(result.toString(), plain.observer()));
      Hook.Intervention zero = (context, x) -> x.muli(0);
      setup.model.forward(
          setup.alone(0),
          Hooks.none()
              .with("blocks.0.attn.hook_z", zero)
              .with(attnOut.toString(), noHeads.observer()));
      float[] expected = plain.get(attnOut).toFloatArray();
      float[] bias = noHeads.get(attnOut).toFloatArray();
      float[] heads = plain.get(result).sum(new int[] {2}).toFloatArray();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], heads[i] + bias[i], 1e-6 * Math.max(1, Math.abs(expected[i])));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void removingAHeadAtItsResultEqualsRemovingItAtZ(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      Hook.Intervention withoutHeadOne =
          (context, x) -> {
            x.set(new ai.djl.ndarray.index.NDIndex(":, :, 1, :"), 0);
            return x;
          };
      float[] atZ =
          setup
              .model
              .forward(setup.alone(1), Hooks.none().with("blocks.0.attn.hook_z", withoutHeadOne))[
              0];
      float[] atResult =
          setup
              .model
              .forward(
                  setup.alone(1), Hooks.none().with("blocks.0.attn.hook_result", withoutHeadOne))[
              0];
      assertArrayEquals(atZ, atResult, 5e-6f);
      assertFalse(Arrays.equals(atZ, setup.plain(setup.alone(1))[0]));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void paddingAndBatchingStayWithinTheBound(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      float[][] together = setup.plain(setup.together());
      for (int i = 0; i < together.length; i++) {
        float[] alone = setup.plain(setup.alone(i))[0];
        for (int d = 0; d < alone.length; d++) {
          assertEquals(alone[d], together[i][d], 5e-6 * Math.max(1, Math.abs(alone[d])));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void liveNativeArraysStayConstant(Path folder) throws IOException {
    try (Setup setup = Setup.of(folder)) {
      int weights = setup.model.liveArrays();
      Hook.Intervention twice = (context, x) -> x.mul(2);
      Hooks hooks = Hooks.none().with("*", (Hook.Observer) (c, x) -> {}).with("*hook_z", twice);
      for (int i = 0; i < 20; i++) {
        setup.model.forward(setup.together(), i % 2 == 0 ? Hooks.none() : hooks);
        assertEquals(weights, setup.model.liveArrays(), "after batch " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void threadsDoNotDisturbEachOther(Path folder) throws Exception {
    try (Setup setup = Setup.of(folder);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      float[][] plain = setup.plain(setup.together());
      Hooks zero =
          Hooks.none().with("blocks.*.attn.hook_z", (Hook.Intervention) (c, z) -> z.muli(0));
      float[][] without = setup.model.forward(setup.together(), zero);
      assertNotEquals(plain[0][0], without[0][0]);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        boolean hooked = i % 2 == 1;
        done.add(
            threads.submit(
                () ->
                    bitEqual(
                        hooked ? without : plain,
                        setup.model.forward(setup.together(), hooked ? zero : Hooks.none()),
                        "in parallel")));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
  }

  @Test
  void aPointThatDoesNotExistIsAnErrorThatNamesTheNearest() throws IOException {
    try (Setup setup = Setup.of(models().findFirst().orElseThrow())) {
      Hooks typo = Hooks.none().with("blocks.1.atn.hook_z", (Hook.Observer) (c, x) -> {});
      String message =
          Refusals.message(
              IllegalArgumentException.class, () -> setup.model.forward(setup.together(), typo));
      assertTrue(message.startsWith("no hook point matches 'blocks.1.atn.hook_z'"), message);
      assertTrue(message.contains("nearest: blocks.1.attn.hook_z"), message);
      Hooks tooDeep = Hooks.none().with("blocks.99.hook_resid_pre", (Hook.Observer) (c, x) -> {});
      assertThrows(
          IllegalArgumentException.class, () -> setup.model.forward(setup.together(), tooDeep));
    }
  }

  @Test
  void anInterventionOfTheWrongShapeIsAnError() throws IOException {
    try (Setup setup = Setup.of(models().findFirst().orElseThrow())) {
      Hooks wrong =
          Hooks.none().with("hook_full_embed", (Hook.Intervention) (c, x) -> x.sum(new int[] {1}));
      String message =
          Refusals.message(
              IllegalStateException.class, () -> setup.model.forward(setup.together(), wrong));
      assertTrue(message.startsWith("the intervention at hook_full_embed returned"), message);
    }
  }
}
