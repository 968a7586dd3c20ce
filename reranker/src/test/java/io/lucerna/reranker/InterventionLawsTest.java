package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.observe;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.points;
import static io.lucerna.reranker.InterventionSetup.ramp;
import static io.lucerna.reranker.InterventionSetup.recording;
import static io.lucerna.reranker.InterventionSetup.scores;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for interventions that are data, on every model. */
class InterventionLawsTest {
  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void theEmptySpecChangesNoBit(Path folder) {
    try (Ranker ranker = open(folder)) {
      CompiledSpec empty = compile(ranker, "");
      assertTrue(empty.hooks().isEmpty());
      assertArrayEquals(ranker.score(QUERY, PASSAGES).scores(), scores(ranker, empty.hooks()));
      empty.check();
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void zeroIsScaleByZeroIsSetToZero(Path folder) {
    try (Ranker ranker = open(folder)) {
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      for (HookPoint point : points(ranker)) {
        float[] zeroed = scores(ranker, "zero " + point);
        assertArrayEquals(zeroed, scores(ranker, "scale " + point + " by=0"), point.toString());
        assertArrayEquals(zeroed, scores(ranker, "set " + point + " to=0"), point.toString());
        assertFalse(Arrays.equals(plain, zeroed), point + " changes the score");
        assertArrayEquals(plain, scores(ranker, "scale " + point + " by=1"), point.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void whatIsLeftOfASubspaceThatWasTakenOutIsZero(Path folder) {
    try (Ranker ranker = open(folder)) {
      int width = ranker.reading().points().size("d_head").orElseThrow();
      String vectors = "[" + ramp(width, 1) + "," + ramp(width, 2) + "]";
      String point = "blocks.0.attn.hook_z";
      Observed plain = Observed.after(ranker, QUERY, PASSAGES, Hooks.none(), point);
      Observed out = observe(ranker, "project-out " + point + " vector=" + vectors, point);
      Observed onto = observe(ranker, "project-onto " + point + " vector=" + vectors, point);
      Observed both =
          observe(
              ranker,
              "project-out "
                  + point
                  + " vector="
                  + vectors
                  + "; project-onto "
                  + point
                  + " vector="
                  + vectors,
              point);
      plain
          .values()
          .forEach(
              (text, x) -> {
                int length = plain.text(text).length() * (int) (plain.shape()[1] * width);
                double moved = 0;
                for (int i = 0; i < length; i++) {
                  float part = onto.numbers(text)[i];
                  assertEquals(x[i], out.numbers(text)[i] + part, 1e-6, "the parts add up");
                  assertEquals(0, both.numbers(text)[i], 1e-6);
                  moved = Math.max(moved, Math.abs(part));
                }
                assertTrue(moved > 1e-3, "there was something to take out");
              });
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void oneSeedGivesTheSameNoiseWhateverTheBatch(Path folder) {
    try (Ranker ranker = open(folder)) {
      String noise = "noise blocks.*.hook_mlp_out std=0.1 seed=";
      float[] first = scores(ranker, noise + 1);
      assertArrayEquals(first, scores(ranker, noise + 1));
      assertFalse(Arrays.equals(first, scores(ranker, noise + 2)));
      assertFalse(Arrays.equals(first, scores(ranker, noise.replace("*", "0") + 1)));
      List<String> others = List.of(PASSAGES.get(3), PASSAGES.get(1));
      float[] reordered = ranker.score(QUERY, others, compile(ranker, noise + 1).hooks()).scores();
      assertEquals(first[3], reordered[0], 5e-6);
      assertEquals(first[1], reordered[1], 5e-6);
      Observed all =
          observe(
              ranker,
              "set hook_full_embed to=0; noise hook_full_embed std=1 seed=3",
              "hook_full_embed");
      Observed one =
          observe(
              ranker,
              "set hook_full_embed to=0; noise hook_full_embed at=2 unit=5 std=1 seed=3",
              "hook_full_embed");
      int index = (int) (2 * all.shape()[1] + 5);
      assertEquals(all.numbers("text 1")[index], one.numbers("text 1")[index]);
      assertNotEquals(all.numbers("text 1")[index], all.numbers("text 0")[index], "each its own");
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aBatchGivesWhatSingleTextsGive(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker);
      List<String> ids = List.of("p0", "p1", "p2", "p3");
      int width = ranker.reading().points().size("d_model").orElseThrow();
      for (String line :
          List.of(
              "zero blocks.*.attn.hook_z head=0 at=match",
              "add blocks.1.hook_resid_pre vector=" + ramp(width, 1) + " dose=0.3",
              "project-out hook_full_embed vector=" + ramp(width, 1),
              "noise blocks.0.attn.hook_q std=0.2 seed=5",
              "mean blocks.0.hook_mlp_out from=r at=passage",
              "mean blocks.0.attn.hook_pattern from=r per=position head=1",
              "resample blocks.1.attn.hook_z from=r seed=3",
              "resample blocks.0.hook_attn_out from=r per=position seed=4 at=1-3",
              "patch blocks.0.mlp.hook_post from=r donor=p3 at=cls unit=0-7",
              "set blocks.0.attn.hook_attn_scores keys=other to=-30",
              "scale pooler.hook_pooler_out by=1.5 unit=0-3")) {
        CompiledSpec spec = compile(ranker, line, recording);
        float[] together = ranker.score(QUERY, PASSAGES, spec.hooks("q", ids)).scores();
        float[] plain = ranker.score(QUERY, PASSAGES).scores();
        assertFalse(Arrays.equals(plain, together), line);
        for (int i = 0; i < PASSAGES.size(); i++) {
          float[] alone =
              ranker
                  .score(QUERY, PASSAGES.subList(i, i + 1), spec.hooks("q", ids.subList(i, i + 1)))
                  .scores();
          assertEquals(
              alone[0], together[i], 5e-6 * Math.max(1, Math.abs(alone[0])), line + ", " + i);
        }
        spec.check();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void liveNativeArraysStayConstant(Path folder) {
    try (Ranker ranker = open(folder)) {
      CompiledSpec spec =
          compile(
              ranker,
              "zero blocks.*.attn.hook_z at=match; scale * by=0.9; resample blocks.0.hook_mlp_out"
                  + " from=r seed=1",
              recording(ranker));
      int weights = ranker.reading().model().liveArrays();
      for (int i = 0; i < 10; i++) {
        scores(ranker, spec.hooks());
        assertEquals(weights, ranker.reading().model().liveArrays(), "after call " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void threadsShareACompiledSpec(Path folder) throws Exception {
    try (Ranker ranker = open(folder);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      CompiledSpec spec =
          compile(
              ranker,
              "noise blocks.*.attn.hook_z std=0.1 seed=1; resample blocks.0.hook_mlp_out from=r"
                  + " seed=1; mean blocks.1.hook_mlp_out from=r at=match",
              recording(ranker));
      float[] expected = scores(ranker, spec.hooks());
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        done.add(threads.submit(() -> assertArrayEquals(expected, scores(ranker, spec.hooks()))));
      }
      for (Future<?> future : done) {
        future.get();
      }
      int texts = PASSAGES.size() + ranker.reading().sides().size() - 1;
      assertEquals(25 * texts, spec.report().getFirst().texts());
      assertEquals(25 * texts, spec.report().getFirst().touched());
      assertEquals(0, spec.fresh().report().getFirst().texts());
    }
  }

  @Test
  void doublePrecisionStaysDouble() throws IOException {
    Path folder = InterventionSetup.models().findFirst().orElseThrow();
    ScorerOptions options = ScorerOptions.defaults().withPrecision(Precision.FP64);
    try (Ranker wide = Rankers.open(folder, "fp64", options);
        Ranker narrow = open(folder)) {
      String line = "scale blocks.*.attn.hook_z by=0.5; noise hook_full_embed std=0.1 seed=2";
      assertArrayEquals(scores(narrow, line), scores(wide, line), 1e-5f);
      Hooks identity = compile(wide, "scale * by=1").hooks();
      assertArrayEquals(wide.score(QUERY, PASSAGES).scores(), scores(wide, identity), 1e-7f);
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void theScoreIsAPointWhereItCanBeSeenAndChanged(Path folder) {
    try (Ranker ranker = open(folder)) {
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      Observed seen = Observed.after(ranker, QUERY, PASSAGES, Hooks.none(), "hook_score");
      for (int i = 0; i < plain.length; i++) {
        assertEquals(plain[i], seen.numbers("text " + i)[0], 5e-6);
      }
      float[] doubled = scores(ranker, "scale hook_score by=2");
      for (int i = 0; i < plain.length; i++) {
        assertEquals(2 * plain[i], doubled[i], 1e-5);
      }
      assertFalse(ranker.reading().model().registry().points().contains(HookPoint.of(Site.SCORE)));
    }
  }
}
