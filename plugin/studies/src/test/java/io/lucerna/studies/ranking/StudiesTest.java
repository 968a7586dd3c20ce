package io.lucerna.studies.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudiesTest {
  private static final String SPEC = "zero blocks.*.attn.hook_z head=0";
  private static final List<String> WORDS =
      List.of("lamp", "oil", "glass", "house", "light", "old");

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> queries = new LinkedHashMap<>();
  private final Run run;
  private final Qrels qrels;

  StudiesTest() {
    List<Ranking> rankings = new ArrayList<>();
    Map<String, Map<String, Integer>> judged = new LinkedHashMap<>();
    for (int t = 0; t < 4; t++) {
      List<RankedDoc> docs = new ArrayList<>();
      Map<String, Integer> grades = new LinkedHashMap<>();
      for (int d = 0; d < 5; d++) {
        String id = "d" + (t + d);
        texts.put(id, "the " + WORDS.get((t + d) % 6) + " is of " + WORDS.get((2 * t + d) % 6));
        docs.add(new RankedDoc(id, 10 - d));
        grades.put(id, (t + d) % 3);
      }
      queries.put("t" + t, "what is a " + WORDS.get(t));
      rankings.add(Ranking.of("t" + t, docs));
      judged.put("t" + t, grades);
    }
    rankings.add(Ranking.of("empty", List.of()));
    run = Run.of("first", rankings);
    qrels = Qrels.of(judged);
  }

  private static Ranker open(String model) {
    return Rankers.open(Path.of(Checkout.model(model)), model, ScorerOptions.defaults());
  }

  /** The plain way: score, reorder, measure. */
  private double[] values(Ranker ranker, Hooks hooks, Measure measure) {
    List<Ranking> rankings = new ArrayList<>();
    for (String topic : queries.keySet()) {
      Ranking first = run.ranking(topic).orElseThrow();
      List<String> passages =
          first.top(3).docnos().stream().map(d -> Objects.requireNonNull(texts.get(d))).toList();
      String query = Objects.requireNonNull(queries.get(topic));
      rankings.add(Reordering.of(first, ranker.score(query, passages, hooks).scores()));
    }
    return Evaluation.of(
            Run.of("x", rankings), qrels, List.of(measure), Evaluation.Options.DEFAULT.withLevel(2))
        .values(measure, List.copyOf(queries.keySet()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void valuesAndComparisonsAreThoseOfTheRankings(String model) throws IOException {
    try (Ranker ranker = open(model)) {
      Comparison.Settings settings = new Comparison.Settings(7, 200, .01);
      Findings findings =
          Studies.of(ranker, queries, run, texts::get, qrels)
              .condition("cut", SPEC)
              .condition("flat", "zero blocks.*.attn.hook_z")
              .depth(3)
              .measures("nDCG@10", "AP")
              .level(2)
              .correction(Correction.NONE)
              .comparison(settings)
              .run();
      assertEquals(List.copyOf(queries.keySet()), findings.topics());
      assertEquals(List.of(), findings.problems());
      boolean changed = false;
      boolean told = false;
      for (String name : List.of("nDCG@10", "AP")) {
        Measure measure = Measure.parse(name);
        double[] before = values(ranker, Hooks.none(), measure);
        double[] after = values(ranker, ranker.compile(SPEC).hooks(), measure);
        List<TopicValue> cut =
            findings
                .topicValues()
                .filter(v -> v.condition().equals("cut") && v.measure().equals(name))
                .toList();
        for (int t = 0; t < before.length; t++) {
          assertEquals(before[t], cut.get(t).baseline());
          assertEquals(after[t], cut.get(t).value());
          changed |= before[t] != after[t];
        }
        Comparison expected = Comparison.of(before, after, settings);
        Statistics statistics = findings.contrast("cut", name).statistics();
        String other = Measure.parse(name).trecName();
        assertEquals(statistics, findings.contrast("cut", other).statistics());
        assertEquals(expected.change(), statistics.change());
        assertEquals(expected.tTest(), statistics.pT());
        assertEquals(expected.tTest(), statistics.pTAdjusted());
        assertEquals(expected.lower(), statistics.ciLower());
        OptionalDouble detectable =
            Statistics.detectable(
                findings.contrasts().stream()
                    .filter(c -> c.measure().equals(name))
                    .map(Contrast::statistics)
                    .toList());
        String line = findings.summary().get(name.equals("AP") ? 1 : 0);
        String words =
            String.format(
                Locale.ROOT,
                "; with as many topics, a change of %.4f would be found in 80%% of studies (before"
                    + " correction; median of the conditions)",
                detectable.orElse(0));
        assertEquals(detectable.isPresent(), line.endsWith(words), line);
        told |= detectable.isPresent();
      }
      assertTrue(changed, "the condition changes a ranking");
      assertTrue(told, "the changes scatter");
      assertEquals(2 * 2, findings.contrasts().size());
      assertFalse(findings.moves().isEmpty());
      assertEquals(2 * 4, findings.topicOrders().count());
    }
  }

  @Test
  void aScreenOfAllHeadsStandsBesideNamedConditions() throws IOException {
    try (Ranker ranker = open("bert-cross")) {
      Findings findings =
          Studies.of(ranker, queries, run, texts::get, qrels)
              .conditions("heads")
              .condition("mine", SPEC)
              .measures("nDCG@10")
              .run();
      int heads = ranker.card().layers() * ranker.card().heads();
      assertEquals(heads + 1, findings.contrasts().size());
      assertEquals("mine", findings.contrasts().getLast().condition());
      assertEquals("L0H0", findings.contrasts().getFirst().condition());
    }
  }

  /** It changes nothing, whatever is asked: that is no finding. */
  @Test
  void aDoseOfNothingIsNotCounted() throws IOException {
    try (Ranker ranker = open("bert-cross")) {
      String add = "add blocks.1.hook_resid_pre vector=random:1:1";
      assertCounted("1 condition", ranker, "dose:" + add + ":0,2 random=0");
      assertCounted("1 condition", ranker, "dose:" + add + ":0,2 random=1");
      assertCounted("0 conditions", ranker, "dose:" + add + ":0");
      String more = "zero blocks.0.hook_mlp_out; " + add;
      assertCounted("2 conditions", ranker, "dose:" + more + ":0,2 random=0");
    }
  }

  private void assertCounted(String expected, Ranker ranker, String condition) throws IOException {
    for (String line : study(ranker).conditions(condition).run().summary().subList(0, 4)) {
      assertTrue(line.matches(".* over 4 topics; changed by \\d of " + expected + " \\(.*"), line);
    }
  }

  @Test
  void whatCannotBeIsRefusedByName() {
    try (Ranker ranker = open("bert-cross")) {
      refused("nothing to study", () -> study(ranker).run());
      refused("'a b'", () -> study(ranker).condition("a b", SPEC).run());
      refused("blocks.99", () -> study(ranker).condition("x", "zero blocks.99.hook_z").run());
      refused(
          "x (x) occurs twice",
          () -> study(ranker).condition("x", SPEC).condition("x", SPEC).run());
      refused("nothing", () -> study(ranker).condition("nothing", SPEC).run());
      refused("no measures are named", () -> study(ranker).measures());
      refused(
          "there are x by nDCG@10",
          () -> study(ranker).condition("x", SPEC).run().contrast("y", "AP"));
      refused("no nDCG@5", () -> study(ranker).condition("x", SPEC).run().contrast("x", "nDCG@5"));
      refused("depth", () -> study(ranker).depth(0));
      refused(
          "no topic in common",
          () ->
              Studies.of(ranker, queries, run, texts::get, Qrels.of(Map.of("9", Map.of("d", 1))))
                  .condition("x", SPEC)
                  .run());
      queries.remove("t2");
      refused("the query of topic t2", () -> study(ranker).condition("x", SPEC).run());
      queries.put("t2", "lamp");
      texts.remove("d3");
      refused("the text of document d3", () -> study(ranker).condition("x", SPEC).run());
    }
  }

  private Studies study(Ranker ranker) {
    return Studies.of(ranker, queries, run, texts::get, qrels);
  }

  private static void refused(String said, Executable work) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, work, said);
    assertTrue(String.valueOf(e.getMessage()).contains(said), e.getMessage());
  }
}
