package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.points;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.replay.Conditions;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many conditions at once against one call for each. */
class ConditionScorerTest {
  private static final String OTHER = "capital city of france";

  /** Every point of a model at once, changed by half, and nothing. */
  private static List<CompiledSpec> everyPoint(Ranker ranker) {
    List<CompiledSpec> specs = new ArrayList<>(List.of(compile(ranker, "")));
    for (HookPoint point : points(ranker)) {
      specs.add(compile(ranker, "scale " + point + " by=0.5"));
    }
    return specs;
  }

  private static WorkItem alone() {
    return new WorkItem(
        List.of(new WorkItem.Query("q", QUERY)),
        IntStream.range(0, PASSAGES.size())
            .mapToObj(i -> new WorkItem.Passage("p" + i, PASSAGES.get(i), List.of(0)))
            .toList());
  }

  private static List<String> ids() {
    return IntStream.range(0, PASSAGES.size()).mapToObj(i -> "p" + i).toList();
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void scoresAreThoseOfOneCallForEachConditionToTheBit(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<CompiledSpec> specs = everyPoint(ranker);
      specs.add(compile(ranker, "noise blocks.1.hook_mlp_out std=0.1 seed=3"));
      specs.add(
          compile(ranker, "zero blocks.0.attn.hook_z head=0 at=match; scale hook_score by=2"));
      specs.add(compile(ranker, "zero blocks.1.attn.hook_pattern at=cls keys=sep"));
      specs.add(
          compile(ranker, "zero blocks.1.attn.hook_z head=1; zero blocks.0.hook_mlp_out at=0-2"));
      ConditionScores together = new ConditionScorer(ranker, specs).score(alone());
      for (int i = 0; i < specs.size(); i++) {
        CompiledSpec spec = specs.get(i);
        float[] single = ranker.score(QUERY, PASSAGES, spec.hooks("q", ids())).scores();
        assertArrayEquals(single, together.scores().get(i), spec.spec().toString());
        assertEquals(spec.report(), together.touched().get(i));
      }
    }
  }

  /** The same for batches that mix padded texts, at the level of the model's outputs. */
  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void theModelsOutputsAreEqualToTheBitAndLeaveNoArrays(Path folder) {
    try (Ranker ranker = open(folder)) {
      HookedModel model = ranker.reading().model();
      Side side = ranker.reading().sides().getLast();
      List<TokenSequence> texts =
          PASSAGES.stream().map(passage -> ranker.reading().input(side, QUERY, passage)).toList();
      List<TokenBatch> batches =
          List.of(
              TokenBatch.of(texts, model.config().padId(), side),
              TokenBatch.of(texts.subList(0, 1), model.config().padId(), side));
      List<Hooks> hooks =
          everyPoint(ranker).stream().map(s -> s.hooks().within(model.registry())).toList();
      int live = model.liveArrays();
      List<List<float[][]>> together = Conditions.forwardAll(model, batches, hooks);
      assertEquals(live, model.liveArrays());
      for (int b = 0; b < batches.size(); b++) {
        for (int i = 0; i < hooks.size(); i++) {
          float[][] single = model.forward(batches.get(b), hooks.get(i));
          for (int row = 0; row < single.length; row++) {
            assertArrayEquals(single[row], together.get(b).get(i)[row], "condition " + i);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void whatLiesBelowIsComputedOnce(Path folder) {
    try (Ranker ranker = open(folder)) {
      HookedModel model = ranker.reading().model();
      int last = ranker.card().layers() - 1;
      CompiledSpec top = compile(ranker, "zero blocks." + last + ".hook_mlp_out");
      double one = operations(model, () -> ranker.score(QUERY, PASSAGES));
      List<CompiledSpec> many = List.of(compile(ranker, ""), top, top.fresh(), top.fresh());
      double all = operations(model, () -> new ConditionScorer(ranker, many).score(alone()));
      assertTrue(all < 1.1 * one, all + " operations for four conditions, " + one + " for none");
    }
  }

  private static double operations(HookedModel model, Runnable work) {
    long before = model.operations();
    work.run();
    return model.operations() - before;
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aPassageServesAllQueriesOfABiEncoderUnlessItsRolesDecide(Path folder) {
    try (Ranker ranker = open(folder)) {
      boolean bi = ranker.reading().sides().size() == 2;
      List<CompiledSpec> specs =
          List.of(
              compile(ranker, ""),
              compile(ranker, "zero blocks.0.attn.hook_z head=1 at=cls,passage"),
              compile(ranker, "zero blocks.0.attn.hook_z head=1 at=match"),
              compile(ranker, "noise blocks.0.hook_mlp_out std=0.1 seed=1"));
      ConditionScorer scorer = new ConditionScorer(ranker, specs);
      for (int i = 0; i < specs.size(); i++) {
        assertEquals(!bi || i > 1, scorer.perItem()[i], specs.get(i).spec().toString());
      }
      if (!bi) {
        return;
      }
      WorkItem item =
          new WorkItem(
              List.of(new WorkItem.Query("q", QUERY), new WorkItem.Query("o", OTHER)),
              List.of(
                  new WorkItem.Passage("p0", PASSAGES.get(0), List.of(0, 1)),
                  new WorkItem.Passage("p1", PASSAGES.get(1), List.of()),
                  new WorkItem.Passage("p2", PASSAGES.get(2), List.of(1))));
      float[] scores = scorer.score(item).scores().get(1);
      assertEquals(3, scores.length);
      List<String> some = List.of(PASSAGES.get(0), PASSAGES.get(2));
      float[] own = ranker.score(QUERY, some, specs.get(1).hooks()).scores();
      float[] other = ranker.score(OTHER, some, specs.get(1).hooks()).scores();
      assertArrayEquals(new float[] {own[0], other[0], other[1]}, scores);
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aChangeOfTheQueryEncodesNoPassageAgain(Path folder) {
    try (Ranker ranker = open(folder)) {
      if (ranker.reading().sides().size() == 1) {
        return;
      }
      CompiledSpec ofQuery = compile(ranker, "zero blocks.0.hook_resid_pre side=query at=1");
      assertFalse(ofQuery.readsAcross(Side.PASSAGE));
      double one =
          operations(
              ranker.reading().model(),
              () -> new ConditionScorer(ranker, List.of(compile(ranker, ""))).score(alone()));
      double query =
          operations(
              ranker.reading().model(),
              () ->
                  ranker
                      .reading()
                      .model()
                      .forward(
                          ranker
                              .reading()
                              .batches(
                                  Side.QUERY,
                                  List.of(ranker.reading().input(Side.QUERY, QUERY, "")))
                              .getFirst(),
                          Hooks.none()));
      double both =
          operations(
              ranker.reading().model(),
              () ->
                  new ConditionScorer(ranker, List.of(compile(ranker, ""), ofQuery))
                      .score(alone()));
      assertEquals(one + query, both);
    }
  }
}
