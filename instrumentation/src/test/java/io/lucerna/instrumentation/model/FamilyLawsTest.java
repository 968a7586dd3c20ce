package io.lucerna.instrumentation.model;

import static io.lucerna.instrumentation.model.TwoTexts.bitEqual;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.replay.Conditions;
import io.lucerna.instrumentation.text.TokenBatch;
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

/** What hooks and shared passes promise, on every family, from token ids. */
class FamilyLawsTest {
  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void observingChangesNoBitAndReachesEveryPoint(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder)) {
      TokenBatch batch = texts.together();
      float[][] plain = texts.model().forward(batch, Hooks.none());
      int live = texts.model().liveArrays();
      Set<HookPoint> seen = new HashSet<>();
      Hook.Observer vandal =
          (context, activation) -> {
            seen.add(context.point());
            activation.muli(0); // an observer's copy is its own
          };
      bitEqual(plain, texts.model().forward(batch, Hooks.none().with("*", vandal)), "observed");
      assertEquals(Set.copyOf(texts.model().registry().points()), seen);
      bitEqual(plain, texts.model().forward(batch, Hooks.none()), "after observing");
      assertEquals(live, texts.model().liveArrays(), "live arrays");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void patchingWithItsOwnActivationsChangesNoBit(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder);
        BatchActivations cache = new BatchActivations()) {
      TokenBatch batch = texts.together();
      float[][] plain = texts.model().forward(batch, Hooks.none().with("*", cache.observer()));
      Hook.Intervention own = (context, activation) -> cache.get(context.point());
      for (HookPoint point : texts.model().registry().points()) {
        Hooks there = Hooks.none().with(point.toString(), own);
        bitEqual(plain, texts.model().forward(batch, there), "patched at " + point);
      }
      Hook.Intervention identity = (context, activation) -> activation;
      for (Hook.Intervention each : List.of(own, identity)) {
        Hooks everywhere = Hooks.none().with("*", each);
        bitEqual(plain, texts.model().forward(batch, everywhere), "patched everywhere");
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void paddingMovesNoOutput(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder);
        TwoTexts exact = TwoTexts.of(folder, Precision.FP64)) {
      // SPLADE's weights are small where logits of size 30 nearly cancel.
      padding(texts, texts.model().task() == Task.TERMS ? Parity.VOCABULARY_BOUND : 5e-6);
      padding(exact, 2e-7); // what is left of rounding to the float that leaves
    }
  }

  private static void padding(TwoTexts texts, double bound) {
    float[] alone = texts.model().forward(texts.batch(texts.other()), Hooks.none())[0];
    float[] padded = texts.model().forward(texts.together(), Hooks.none())[1];
    assertEquals(alone.length, padded.length);
    for (int i = 0; i < alone.length; i++) {
      assertEquals(alone[i], padded[i], bound * Math.max(1, Math.abs(alone[i])), "at " + i);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theWholeResidualStreamIsTheDonor(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder);
        BatchActivations donor = new BatchActivations()) {
      String start = HookPoint.of(0, Site.RESID_PRE).toString();
      Hooks observed = Hooks.none().with(start, donor.observer());
      float[][] wanted = texts.model().forward(texts.batch(texts.changed()), observed);
      Hook.Intervention patch = (context, activation) -> donor.get(context.point());
      TokenBatch batch = texts.batch(texts.one());
      bitEqual(wanted, texts.model().forward(batch, Hooks.none().with(start, patch)), "patched");
      float[][] plain = texts.model().forward(batch, Hooks.none());
      assertFalse(Arrays.equals(plain[0], wanted[0]), "the donor differs");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void conditionsThatShareAPassGiveTheBitsOfTheirOwn(Path folder) throws IOException {
    try (TwoTexts texts = TwoTexts.of(folder)) {
      TokenBatch batch = texts.together();
      Hook.Intervention half = (context, activation) -> activation.mul(0.5);
      List<Hooks> conditions = new ArrayList<>(List.of(Hooks.none()));
      for (HookPoint point : texts.model().registry().points()) {
        conditions.add(Hooks.none().with(point.toString(), half));
      }
      int live = texts.model().liveArrays();
      List<float[][]> together =
          Conditions.forwardAll(texts.model(), List.of(batch), conditions).getFirst();
      for (int i = 0; i < conditions.size(); i++) {
        float[][] own = texts.model().forward(batch, conditions.get(i));
        bitEqual(own, together.get(i), "condition " + i);
      }
      assertEquals(live, texts.model().liveArrays(), "live arrays");
    }
  }
}
