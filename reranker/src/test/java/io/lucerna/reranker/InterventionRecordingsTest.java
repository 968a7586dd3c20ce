package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.passageSide;
import static io.lucerna.reranker.InterventionSetup.points;
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
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What interventions take from recordings. */
class InterventionRecordingsTest {
  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void patchingWithTheTextsOwnActivationsChangesNoBit(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker);
      List<String> globs = new ArrayList<>(points(ranker).stream().map(String::valueOf).toList());
      globs.add("*");
      for (int i = 0; i < PASSAGES.size(); i++) {
        float[] plain = ranker.score(QUERY, List.of(PASSAGES.get(i))).scores();
        for (String glob : globs) {
          CompiledSpec patch = compile(ranker, "patch " + glob + " from=own", recording);
          Hooks hooks = patch.hooks("q", List.of("p" + i));
          float[] patched = ranker.score(QUERY, List.of(PASSAGES.get(i)), hooks).scores();
          assertArrayEquals(plain, patched, glob);
          patch.check();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void theDonorsResidualStreamAtLayerZeroGivesTheDonorsScore(Path folder) {
    try (Ranker ranker = open(folder)) {
      String donor = "time document short a on"; // the same words in another order
      MemoryRecording recording = new MemoryRecording().with("d", ranker, QUERY, donor);
      String side = passageSide(ranker).name().toLowerCase(Locale.ROOT);
      CompiledSpec patch =
          compile(ranker, "patch blocks.0.hook_resid_pre from=r donor=d side=" + side, recording);
      float[] patched = ranker.score(QUERY, PASSAGES.subList(0, 1), patch.hooks()).scores();
      assertArrayEquals(ranker.score(QUERY, List.of(donor)).scores(), patched);
      assertNotEquals(ranker.score(QUERY, PASSAGES.subList(0, 1)).scores()[0], patched[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aMeanIsTheMeanOfWhatWasRecorded(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker);
      HookPoint point = HookPoint.of(1, Site.RESID_PRE);
      Side side = passageSide(ranker);
      int width = ranker.reading().points().size("d_model").orElseThrow();
      double[] sums = new double[width];
      int count = 0;
      double third = 0;
      for (String id : recording.ids()) {
        float[] values = recording.get(id, side, point).values();
        List<Token> tokens = recording.tokens(id, side);
        third += values[3 * width] / recording.ids().size();
        for (int p = 0; p < tokens.size(); p++) {
          if (tokens.get(p).role() == Role.MATCH) {
            count++;
            for (int i = 0; i < width; i++) {
              sums[i] += values[p * width + i];
            }
          }
        }
      }
      CompiledSpec byRole = compile(ranker, "mean " + point + " from=r at=match", recording);
      Observed seen = Observed.after(ranker, QUERY, PASSAGES, byRole.hooks(), point.toString());
      int match = seen.text("text 1").positions(Role.MATCH)[0];
      for (int i = 0; i < width; i++) {
        assertEquals((float) (sums[i] / count), seen.numbers("text 1")[match * width + i]);
      }
      CompiledSpec byPosition =
          compile(ranker, "mean " + point + " from=r per=position", recording);
      seen = Observed.after(ranker, QUERY, PASSAGES, byPosition.hooks(), point.toString());
      assertEquals((float) third, seen.numbers("text 0")[3 * width], 1e-6);
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aResampledTextIsAnotherOneAndAlwaysTheSame(Path folder) {
    try (Ranker ranker = open(folder)) {
      // The same words in other orders: as many tokens in each.
      MemoryRecording recording =
          new MemoryRecording()
              .with("p0", ranker, QUERY, PASSAGES.get(0))
              .with("copy of p0", ranker, QUERY, PASSAGES.get(0))
              .with("p4", ranker, QUERY, "time on a short document")
              .with("p5", ranker, QUERY, "short document on time a")
              .with("p6", ranker, QUERY, "document time a on short");
      HookPoint point = HookPoint.of(0, Site.RESID_PRE);
      Side side = passageSide(ranker);
      String option = side.name().toLowerCase(Locale.ROOT);
      int different = 0;
      float[] before = new float[0];
      for (int seed = 0; seed < 12; seed++) {
        String line =
            "resample " + point + " from=r per=position at=-5--2 seed=" + seed + " side=" + option;
        CompiledSpec spec = compile(ranker, line, recording);
        Hooks hooks = spec.hooks("q", List.of("p0"));
        Observed seen =
            Observed.after(ranker, QUERY, PASSAGES.subList(0, 1), hooks, point.toString());
        float[] values = seen.numbers("text 0");
        int length = seen.text("text 0").length();
        int width = values.length / length;
        int from = (length - 5) * width;
        int to = (length - 1) * width;
        List<String> donors = new ArrayList<>();
        for (String id : recording.ids()) {
          float[] recorded = recording.get(id, side, point).values();
          if (recorded.length >= to && Arrays.equals(values, from, to, recorded, from, to)) {
            donors.add(id);
          }
        }
        assertFalse(donors.contains("p0"), line);
        assertFalse(donors.contains("copy of p0"), line);
        assertFalse(donors.isEmpty(), line + " takes all positions of one input");
        different += Arrays.equals(before, values) ? 0 : 1;
        before = values;
        float[] again = scores(ranker, spec.hooks("q", List.of("p0", "p1", "p2", "p3")));
        assertEquals(
            ranker.score(QUERY, PASSAGES.subList(0, 1), hooks).scores()[0], again[0], 5e-6);
      }
      assertTrue(different > 3, "seeds differ");
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void positionsWithoutACounterpartStayAndAreCounted(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker).upTo(2);
      String side = passageSide(ranker).name().toLowerCase(Locale.ROOT);
      String patch = "patch blocks.0.hook_resid_pre from=r donor=p2 side=" + side;
      CompiledSpec spec = compile(ranker, patch + " at=1-3", recording);
      scores(ranker, spec.hooks());
      assertEquals(8, spec.report().getFirst().missing());
      assertEquals(12, spec.report().getFirst().positions());
      assertEquals(4, spec.report().getFirst().touched());
      spec.check();
      CompiledSpec none = compile(ranker, patch + " at=3", recording);
      scores(ranker, none.hooks());
      assertEquals(
          "the intervention 'patch blocks.0.hook_resid_pre at=3 side="
              + side
              + " from=r per=position donor=p2' changed nothing: none of the 4 targeted positions"
              + " has a counterpart in the recording",
          Refusals.message(IllegalStateException.class, none::check));
    }
  }
}
