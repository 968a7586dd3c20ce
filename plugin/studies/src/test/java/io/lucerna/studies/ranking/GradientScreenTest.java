package io.lucerna.studies.ranking;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions that are predicted, and of which some are run. */
class GradientScreenTest {
  private static final int DEPTH = 4;
  private static final List<String> WORDS =
      List.of("lamp", "oil", "glass", "house", "light", "old", "river");
  private static final StudySettings SETTINGS =
      new StudySettings(
          List.of(Measure.parse("nDCG@10"), Measure.parse("AP")),
          1,
          Correction.BH,
          new Comparison.Settings(3, 100, .01));

  @TempDir Path temporary;

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<StudyTopic> topics = new ArrayList<>();
  private final Qrels qrels;

  GradientScreenTest() {
    Map<String, Map<String, Integer>> judged = new LinkedHashMap<>();
    for (int t = 0; t < 6; t++) {
      List<RankedDoc> docs = new ArrayList<>();
      Map<String, Integer> grades = new LinkedHashMap<>();
      for (int d = 0; d < 6; d++) {
        String id = "d" + (t + d);
        texts.put(id, "the " + WORDS.get((t + d) % 7) + " is of " + WORDS.get((3 * t + d) % 7));
        docs.add(new RankedDoc(id, 10 - d));
        grades.put(id, (t + d) % 3);
      }
      topics.add(new StudyTopic("what is a " + WORDS.get(t), Ranking.of("t" + t, docs)));
      if (t != 2) {
        judged.put("t" + t, grades);
      }
    }
    qrels = Qrels.of(judged);
  }

  private static Ranker open(String model) {
    return Rankers.open(Path.of(Checkout.model(model)), model, ScorerOptions.defaults());
  }

  private static List<Condition> conditions(Ranker ranker) throws IOException {
    return Conditions.of(
        List.of("components", "neurons"),
        ranker.card(),
        Conditions.neurons(ranker),
        1,
        SpecSources.withoutRecordings());
  }

  private static List<CompiledSpec> compiled(List<Condition> conditions, Ranker ranker) {
    return Conditions.compile(conditions, ranker, SpecSources.withoutRecordings());
  }

  private GradientScreen open(List<Condition> conditions, FolderLock lock) throws IOException {
    return GradientScreen.open(
        conditions, topics, DEPTH, this::text, lock, decisive(), qrels, SETTINGS);
  }

  private static JournalSettings decisive() {
    return new JournalSettings().put("model", "m");
  }

  private String text(String topic, String docno) {
    return requireNonNull(texts.get(docno));
  }

  private Findings exact(Ranker ranker, List<Condition> conditions, FolderLock lock)
      throws IOException {
    ConditionScorer scorer = new ConditionScorer(ranker, compiled(conditions, ranker));
    try (StudyFolder study =
        StudyFolder.open(
            conditions,
            scorer.perItem(),
            topics,
            DEPTH,
            this::text,
            scorer::score,
            lock,
            decisive(),
            Optional.empty())) {
      study.work(ItemRunner.HERE, passages -> {});
      Identity identity = new Identity(List.of("study"), Map.of(), ranker.card(), Map.of());
      return study.write(study.end(identity, Map.of(), qrels, SETTINGS));
    }
  }

  /** Predicts, runs, and writes all files. */
  private GradientScreen.Chosen screen(
      Ranker ranker, List<Condition> conditions, GradientScreen.Work work, Path folder)
      throws IOException {
    try (FolderLock lock = FolderLock.take(folder, "study");
        GradientScreen screen = open(conditions, lock)) {
      screen.work(work, passages -> {});
      GradientScreen.Chosen chosen = screen.choose(3);
      screen.write(chosen, exact(ranker, chosen.conditions(), lock), folder);
      return chosen;
    }
  }

  private static ConditionPredictor predictor(Ranker ranker, List<Condition> conditions) {
    return new ConditionPredictor(ranker, compiled(conditions, ranker), 1 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void whatIsRunIsAStudyOfItsOwnAndTheRestIsMeasuredAsRunsAre(String model) throws IOException {
    try (Ranker ranker = open(model)) {
      List<Condition> conditions = conditions(ranker);
      Path folder = temporary.resolve("screen");
      GradientScreen.Chosen chosen =
          screen(ranker, conditions, predictor(ranker, conditions)::predict, folder);
      assertEquals(1 + 6, chosen.conditions().size());

      Path alone = temporary.resolve("alone");
      try (FolderLock lock = FolderLock.take(alone, "study")) {
        exact(ranker, chosen.conditions(), lock);
      }
      try (var files = Files.walk(alone)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (!file.endsWith(".lock")) {
            assertArrayEquals(
                Files.readAllBytes(file),
                Files.readAllBytes(folder.resolve(alone.relativize(file))),
                file.toString());
          }
        }
      }

      List<ScreenRow> rows = StudyTables.SCREEN.read(folder.resolve("screen.csv"));
      assertEquals((conditions.size() - 1) * 2, rows.size());
      double[][] expected = expected(ranker, conditions);
      double smallest = Double.POSITIVE_INFINITY;
      double largest = 0;
      for (int c = 1; c < conditions.size(); c++) {
        for (int m = 0; m < 2; m++) {
          ScreenRow row = rows.get(2 * (c - 1) + m);
          assertEquals(conditions.get(c).id(), row.condition());
          assertEquals(expected[c][m], row.predictedChange(), 1e-12);
          assertEquals(chosen.by().getOrDefault(row.condition(), ""), row.chosenBy());
          assertEquals(row.chosenBy().isEmpty(), row.exactChange().isEmpty());
        }
        double size = Math.abs(expected[c][0]);
        if (ScreenRow.PREDICTED.equals(chosen.by().get(conditions.get(c).id()))) {
          smallest = Math.min(smallest, size);
        } else {
          largest = Math.max(largest, size);
        }
      }
      assertTrue(smallest > 0 && smallest >= largest - 1e-12, smallest + " against " + largest);
      List<ScreenAgreement> agreement = StudyTables.AGREEMENT.read(folder.resolve("agreement.csv"));
      assertEquals(
          List.of("all", "predicted", "random", "all", "predicted", "random"),
          agreement.stream().map(ScreenAgreement::chosenBy).toList());
      assertEquals(
          List.of(6, 3, 3), agreement.stream().limit(3).map(ScreenAgreement::conditions).toList());
      assertEquals(5, agreement.getFirst().topics());
    }
  }

  /** By condition and measure: predicted scores, one run of all topics, measured. */
  private double[][] expected(Ranker ranker, List<Condition> conditions) {
    List<List<Ranking>> runs =
        IntStream.range(0, conditions.size())
            .<List<Ranking>>mapToObj(c -> new ArrayList<>())
            .toList();
    for (StudyTopic topic : topics) {
      List<WorkItem.Passage> passages =
          topic.first().top(DEPTH).docnos().stream()
              .map(d -> new WorkItem.Passage(topic.id() + "/" + d, text("", d), List.of()))
              .toList();
      predictor(ranker, conditions)
          .predict(
              new WorkItem(List.of(new WorkItem.Query(topic.id(), topic.query())), passages),
              (condition, scores) -> runs.get(condition).add(Reordering.of(topic.first(), scores)));
    }
    double[][] means =
        runs.stream()
            .map(
                run -> {
                  Evaluation evaluation =
                      Evaluation.of(
                          Run.of("x", run), qrels, SETTINGS.measures(), Evaluation.Options.DEFAULT);
                  return SETTINGS.measures().stream().mapToDouble(evaluation::summary).toArray();
                })
            .toArray(double[][]::new);
    double[][] changes = new double[means.length][2];
    for (int c = 0; c < means.length; c++) {
      for (int m = 0; m < 2; m++) {
        changes[c][m] = means[c][m] - means[0][m];
      }
    }
    return changes;
  }

  @Test
  void anInterruptedScreenIsResumedToTheSameBytes() throws IOException {
    try (Ranker ranker = open("bert-cross")) {
      List<Condition> conditions = conditions(ranker);
      ConditionPredictor predictor = predictor(ranker, conditions);
      Path whole = temporary.resolve("whole");
      screen(ranker, conditions, predictor::predict, whole);
      Path broken = temporary.resolve("broken");
      int[] done = {0};
      assertThrows(
          IllegalStateException.class,
          () ->
              screen(
                  ranker,
                  conditions,
                  (item, taker) -> {
                    if (done[0]++ == 2) {
                      throw new IllegalStateException("the power is cut");
                    }
                    predictor.predict(item, taker);
                  },
                  broken));
      assertTrue(GradientScreen.isBegun(broken));
      int[] left = {0};
      screen(
          ranker,
          conditions,
          (item, taker) -> {
            left[0]++;
            predictor.predict(item, taker);
          },
          broken);
      assertEquals(5 - 2, left[0], "judged topics that were not predicted");
      assertFalse(GradientScreen.isBegun(broken));
      for (String file :
          List.of(
              "predictions.jsonl", "journal.jsonl", "screen.csv", "agreement.csv", "topics.csv")) {
        assertArrayEquals(
            Files.readAllBytes(whole.resolve(file)),
            Files.readAllBytes(broken.resolve(file)),
            file);
      }
    }
  }

  @Test
  void refusesWhatCannotBe() throws IOException {
    try (Ranker ranker = open("bert-cross")) {
      List<Condition> conditions = conditions(ranker);
      int many = conditions.size() - 1;
      assertEquals(
          "-confirm " + (many + 1) + " is more than there is to confirm: " + many + " conditions",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> GradientScreen.check(conditions, compiled(conditions, ranker), many + 1))
              .getMessage());
      List<Condition> score =
          Conditions.of(
              List.of("spec:scale hook_score by=2 name=double"),
              ranker.card(),
              0,
              1,
              SpecSources.withoutRecordings());
      assertEquals(
          "-screen: condition double: a gradient cannot predict 'scale hook_score by=2', which"
              + " changes the score itself, which is no activation of the model",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> GradientScreen.check(score, compiled(score, ranker), 1))
              .getMessage());
      Path plain = temporary.resolve("plain");
      try (FolderLock lock = FolderLock.take(plain, "study")) {
        exact(ranker, conditions.subList(0, 3), lock);
        assertEquals(
            plain + ": was made without -screen: leave it out, or give another folder",
            assertThrows(StudyException.class, () -> open(conditions, lock)).getMessage());
      }
      Path screened = temporary.resolve("screened");
      try (FolderLock lock = FolderLock.take(screened, "study")) {
        open(conditions, lock).close();
        String message =
            String.valueOf(
                assertThrows(StudyException.class, () -> open(conditions.subList(0, 3), lock))
                    .getMessage());
        assertTrue(message.startsWith(screened.resolve("predictions.jsonl") + ": was made with"));
      }
      assertThrows(StudyException.class, () -> GradientScreen.requireNone(screened));
    }
  }
}
