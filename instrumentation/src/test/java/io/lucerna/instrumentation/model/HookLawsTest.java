package io.lucerna.instrumentation.model;

import static io.lucerna.instrumentation.model.TwoTexts.bitEqual;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What hooks promise, where it is not a family's own code that keeps the promise. */
class HookLawsTest {

  static Stream<Path> models() throws IOException {
    return ReferenceModel.berts();
  }

  private static float[][] plain(TwoTexts texts) {
    return texts.model().forward(texts.together(), Hooks.none());
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyPointIsInTheCausalPath(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder)) {
      TokenBatch batch = texts.together();
      float[][] plain = plain(texts);
      for (HookPoint point : texts.model().registry().points()) {
        Hook.Intervention distort =
            (context, x) -> {
              // A constant shift cancels in a softmax or a LayerNorm: distort unevenly.
              NDArray squared = x.square();
              return squared.addi(x).muli(.5);
            };
        float[][] changed =
            texts.model().forward(batch, Hooks.none().with(point.toString(), distort));
        assertFalse(Arrays.equals(plain[0], changed[0]), point + " does not reach the output");
      }
      bitEqual(plain, plain(texts), "nothing leaks into the next call");
    }
  }

  /** What an observer is shown is freed, unless the observer attaches it elsewhere. */
  @ParameterizedTest
  @MethodSource("models")
  void anObserverMayTakeOver(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder);
        NDManager own = NDManager.newBaseManager()) {
      int live = texts.model().liveArrays();
      List<NDArray> kept = new ArrayList<>();
      List<NDArray> left = new ArrayList<>();
      List<float[]> seen = new ArrayList<>();
      Hook.Observer keep =
          (context, x) -> {
            seen.add(x.toFloatArray());
            x.attach(own);
            kept.add(x);
          };
      String point = HookPoint.of(0, Site.MLP_OUT).toString();
      Hooks hooks = Hooks.none().observe(point, keep).observe(point, (context, x) -> left.add(x));
      bitEqual(
          plain(texts), texts.model().forward(texts.together(), hooks), "hooks change nothing");
      assertArrayEquals(seen.getFirst(), kept.getFirst().toFloatArray());
      assertTrue(left.getFirst().isReleased());
      Hooks broken =
          Hooks.none()
              .observe(
                  point,
                  (context, x) -> {
                    left.add(x);
                    throw new IllegalStateException("broken");
                  });
      assertThrows(
          IllegalStateException.class, () -> texts.model().forward(texts.together(), broken));
      assertTrue(left.getLast().isReleased());
      assertEquals(live, texts.model().liveArrays());
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
    try (TwoTexts texts = TwoTexts.of(folder);
        BatchActivations cache = new BatchActivations()) {
      Hooks hooks =
          Hooks.none()
              .with("blocks.0.attn.hook_z", (Hook.Intervention) (c, z) -> z.muli(0))
              .with("blocks.0.hook_attn_out", cache.observer());
      texts.model().forward(texts.batch(texts.one()), hooks);
      float[] out = cache.get(HookPoint.of(0, Site.ATTN_OUT)).toFloatArray();
      float[] bias = outputBias(folder);
      assertFalse(Arrays.equals(new float[bias.length], bias), "the bias is not nothing");
      assertEquals(texts.one().length() * bias.length, out.length);
      for (int i = 0; i < out.length; i++) {
        assertEquals(bias[i % bias.length], out[i], "position " + i / bias.length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void headResultsAddUpToTheAttentionOutput(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder);
        BatchActivations plain = new BatchActivations();
        BatchActivations noHeads = new BatchActivations()) {
      HookPoint attnOut = HookPoint.of(0, Site.ATTN_OUT);
      HookPoint result = HookPoint.of(0, Site.RESULT);
      texts
          .model()
          .forward(
              texts.batch(texts.one()),
              Hooks.none()
                  .with(attnOut.toString(), plain.observer())
                  .with(result.toString(), plain.observer()));
      Hook.Intervention zero = (context, x) -> x.muli(0);
      texts
          .model()
          .forward(
              texts.batch(texts.one()),
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
    try (TwoTexts texts = TwoTexts.of(folder)) {
      Hook.Intervention withoutHeadOne =
          (context, x) -> {
            x.set(new ai.djl.ndarray.index.NDIndex(":, :, 1, :"), 0);
            return x;
          };
      float[] atZ =
          texts.model()
              .forward(
                  texts.batch(texts.other()),
                  Hooks.none().with("blocks.0.attn.hook_z", withoutHeadOne))[0];
      float[] atResult =
          texts.model()
              .forward(
                  texts.batch(texts.other()),
                  Hooks.none().with("blocks.0.attn.hook_result", withoutHeadOne))[0];
      assertArrayEquals(atZ, atResult, 5e-6f);
      assertFalse(
          Arrays.equals(atZ, texts.model().forward(texts.batch(texts.other()), Hooks.none())[0]));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void liveNativeArraysStayConstant(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder)) {
      int weights = texts.model().liveArrays();
      Hook.Intervention twice = (context, x) -> x.mul(2);
      Hooks hooks = Hooks.none().with("*", (Hook.Observer) (c, x) -> {}).with("*hook_z", twice);
      for (int i = 0; i < 20; i++) {
        texts.model().forward(texts.together(), i % 2 == 0 ? Hooks.none() : hooks);
        assertEquals(weights, texts.model().liveArrays(), "after batch " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void threadsDoNotDisturbEachOther(Path folder) throws Exception {
    try (TwoTexts texts = TwoTexts.of(folder);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      float[][] plain = plain(texts);
      Hooks zero =
          Hooks.none().with("blocks.*.attn.hook_z", (Hook.Intervention) (c, z) -> z.muli(0));
      float[][] without = texts.model().forward(texts.together(), zero);
      assertNotEquals(plain[0][0], without[0][0]);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        boolean hooked = i % 2 == 1;
        done.add(
            threads.submit(
                () ->
                    bitEqual(
                        hooked ? without : plain,
                        texts.model().forward(texts.together(), hooked ? zero : Hooks.none()),
                        "in parallel")));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
  }

  private static String refusal(Class<? extends Throwable> type, Executable call) {
    return String.valueOf(assertThrows(type, call).getMessage());
  }

  @Test
  void aPointThatDoesNotExistIsAnErrorThatNamesTheNearest() throws IOException {
    try (TwoTexts texts = TwoTexts.of(models().findFirst().orElseThrow())) {
      Hooks typo = Hooks.none().with("blocks.1.atn.hook_z", (Hook.Observer) (c, x) -> {});
      String message =
          refusal(
              IllegalArgumentException.class, () -> texts.model().forward(texts.together(), typo));
      assertTrue(message.startsWith("no hook point matches 'blocks.1.atn.hook_z'"), message);
      assertTrue(message.contains("nearest: blocks.1.attn.hook_z"), message);
      Hooks tooDeep = Hooks.none().with("blocks.99.hook_resid_pre", (Hook.Observer) (c, x) -> {});
      assertThrows(
          IllegalArgumentException.class, () -> texts.model().forward(texts.together(), tooDeep));
    }
  }

  @Test
  void anInterventionOfTheWrongShapeIsAnError() throws IOException {
    try (TwoTexts texts = TwoTexts.of(models().findFirst().orElseThrow())) {
      Hooks wrong =
          Hooks.none().with("hook_full_embed", (Hook.Intervention) (c, x) -> x.sum(new int[] {1}));
      String message =
          refusal(
              IllegalStateException.class, () -> texts.model().forward(texts.together(), wrong));
      assertTrue(message.startsWith("the intervention at hook_full_embed returned"), message);
    }
  }
}
