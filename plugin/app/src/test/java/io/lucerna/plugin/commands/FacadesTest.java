package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.NodeEffect;
import io.lucerna.studies.patch.PatchSettings;
import io.lucerna.studies.patch.Patching;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.studies.ranking.Findings;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.Studies;
import io.lucerna.studies.ranking.StudyTables;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.perturb.PerturbationNames;
import io.lucerna.topics.perturb.Perturbations;
import io.lucerna.topics.perturb.TextAnalysis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands write is what the classes for other programs give, to the bit. */
class FacadesTest {
  private static final String MODEL = Checkout.model("bert-cross");
  private static final List<String> WORDS =
      List.of("the", "lamp", "light", "oil", "sea", "night", "of", "is", "and", "time");

  @TempDir Path folder;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> queries = new LinkedHashMap<>();

  @BeforeEach
  void files() throws IOException {
    Random random = new Random(5);
    StringBuilder corpus = new StringBuilder();
    StringBuilder topics = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int doc = 0; doc < 12; doc++) {
      texts.put("d" + doc, words(random, 5 + doc));
      corpus.append("{\"id\": \"d" + doc + "\", \"contents\": \"" + texts.get("d" + doc) + "\"}\n");
    }
    for (int topic = 1; topic < 7; topic++) {
      queries.put("" + topic, words(random, 3));
      topics.append(topic + "\t" + queries.get("" + topic) + "\n");
      for (int place = 0; place < 8; place++) {
        int doc = (place + topic) % 12;
        run.append(topic + " Q0 d" + doc + " 1 " + (20 - place) + " first\n");
        qrels.append(topic + " 0 d" + doc + " " + random.nextInt(3) + "\n");
      }
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus);
    Files.writeString(folder.resolve("topics.tsv"), topics);
    Files.writeString(folder.resolve("run.txt"), run);
    Files.writeString(folder.resolve("qrels.txt"), qrels);
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, WORDS.size()).mapToObj(WORDS::get).toList());
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Ranker open() {
    ScorerOptions options = ScorerOptions.defaults().withTerms(new IndexTerms());
    return Rankers.open(Path.of(MODEL), "bert-cross", options);
  }

  private void perturb(String names) {
    Shell.succeed(
        "perturb",
        "-topics",
        path("topics.tsv"),
        "-corpus",
        path("corpus.jsonl"),
        "-qrels",
        path("qrels.txt"),
        "-perturbation",
        names,
        "-output",
        path("pairs.jsonl"));
  }

  @Test
  void perturb() throws IOException {
    List<String> names = List.of("TFC1", "TFC2", "TDC", "REG", "SHUFFLE-WORDS");
    perturb(String.join(",", names));
    Perturbations perturbations =
        Perturbations.of(texts.values(), Comparison.Settings.DEFAULT.seed());
    Qrels qrels = Qrels.read(folder.resolve("qrels.txt"));
    List<ContrastPair> made = new ArrayList<>();
    for (Map.Entry<String, String> query : queries.entrySet()) {
      for (String docid : qrels.judged(query.getKey()).keySet()) {
        for (String name : names) {
          made.addAll(
              perturbations
                  .make(
                      perturbations.subject(
                          query.getKey(),
                          query.getValue(),
                          docid,
                          Objects.requireNonNull(texts.get(docid))),
                      qrels.grade(query.getKey(), docid),
                      PerturbationNames.parse(name))
                  .pairs());
        }
      }
    }
    assertFalse(made.isEmpty());
    assertEquals(made, ContrastPairs.read(folder.resolve("pairs.jsonl")));
  }

  @Test
  void englishIsReadAsAnseriniReadsIt() {
    TextAnalysis anserinis = new IndexTerms().analysis();
    for (String text :
        List.of(
            "The lamps' light isn't bright; running runners ran.",
            "Über naïve O'Neil's co-operation, 8.3 percent! www.example.org",
            "灯 🪔 a.b C++ U.S.A. organization organisational such their")) {
      assertEquals(anserinis.of(text), TextAnalysis.english().of(text));
    }
  }

  @Test
  void patch() throws IOException {
    perturb("TFC1,REG");
    Shell.succeed(
        "patch",
        "-model",
        MODEL,
        "-pairs",
        path("pairs.jsonl"),
        "-sweep",
        "head",
        "-rounds",
        "100",
        "-output",
        path("patched"));
    List<ContrastPair> pairs = ContrastPairs.read(folder.resolve("pairs.jsonl"));
    Map<String, Patching> kinds;
    try (Ranker ranker = open()) {
      SweepSettings sweep = SweepSettings.of(SweepKind.HEAD).build();
      kinds = Patching.byPerturbation(ranker, PatchSettings.of(sweep).withRounds(100), pairs);
    }
    assertEquals(List.of("REG", "TFC1"), List.copyOf(kinds.keySet()));
    for (Map.Entry<String, Patching> kind : kinds.entrySet()) {
      List<ContrastPair> own =
          pairs.stream().filter(p -> p.perturbation().equals(kind.getKey())).toList();
      patched(kind.getKey(), own, kind.getValue());
    }
  }

  private void patched(String kind, List<ContrastPair> pairs, Patching patching)
      throws IOException {
    Map<String, NodeEffect> nodes = new LinkedHashMap<>();
    patching.nodes().forEach(node -> nodes.put(node.node(), node));
    int compared = 0;
    for (CsvFile.Row row : CsvFile.read(folder.resolve("patched/aggregates.csv")).rows()) {
      if (row.text("stratum").equals("perturbation") && row.text("level").equals(kind)) {
        NodeEffect node = Objects.requireNonNull(nodes.get(head(row).toString()));
        for (RatioAggregate aggregate : RatioAggregate.values()) {
          if (row.text("statistic").equals(aggregate.option())) {
            Estimate expected = node.get(aggregate);
            assertEquals(expected.value(), row.number("value"));
            assertEquals(expected.lower(), bound(row, "ci_lower"));
            assertEquals(expected.upper(), bound(row, "ci_upper"));
            compared++;
          }
        }
      }
    }
    assertEquals(RatioAggregate.values().length * nodes.size(), compared);
    Map<String, Integer> places = new LinkedHashMap<>();
    patching.pairs().forEach(pair -> places.put(pair.id(), places.size()));
    assertTrue(places.size() > 5 && places.size() + patching.excluded().size() == pairs.size());
    for (CsvFile.Row row : CsvFile.read(folder.resolve("patched/effects.csv")).rows()) {
      Optional<Integer> place = Optional.ofNullable(places.get(row.text("pair")));
      if (place.isPresent()) {
        double[][] effects = patching.effects(place.get());
        assertEquals(row.number("effect"), effects[head(row).layer()][head(row).head()]);
      }
    }
  }

  /** Without five queries there is no interval. */
  private static double bound(CsvFile.Row row, String column) {
    return row.text(column).isEmpty() ? Double.NaN : row.number(column);
  }

  private static Head head(CsvFile.Row row) {
    return new Head((int) row.whole("layer", 0, 99), (int) row.whole("attention_head", 0, 99));
  }

  @Test
  void study() throws IOException {
    String spec = "spec:zero blocks.*.attn.hook_z head=1";
    Shell.succeed(
        "study",
        "-topics",
        path("topics.tsv"),
        "-corpus",
        path("corpus.jsonl"),
        "-run",
        path("run.txt"),
        "-qrels",
        path("qrels.txt"),
        "-model",
        MODEL,
        "-depth",
        "5",
        "-conditions",
        "layers",
        "-conditions",
        spec,
        "-output",
        path("study"));
    Findings findings;
    try (Ranker ranker = open()) {
      findings =
          Studies.of(
                  ranker,
                  queries,
                  Run.read(folder.resolve("run.txt")),
                  texts::get,
                  Qrels.read(folder.resolve("qrels.txt")))
              .conditions("layers", spec)
              .depth(5)
              .run();
    }
    Path study = folder.resolve("study");
    assertEquals(StudyTables.CONTRASTS.read(study.resolve("comparison.csv")), findings.contrasts());
    assertEquals(
        StudyTables.TOPICS.read(study.resolve("topics.csv")), findings.topicValues().toList());
    assertEquals(
        StudyTables.ORDERS.read(study.resolve("ranks.csv")), findings.topicOrders().toList());
    // Scores of runs have six decimals, and strictly fall.
    assertEquals(
        StudyTables.MOVES.read(study.resolve("moves.csv")).stream()
            .map(FacadesTest::place)
            .toList(),
        findings.moves().stream().map(FacadesTest::place).toList());
    assertTrue(findings.contrasts().stream().anyMatch(c -> c.statistics().change() != 0));
  }

  private record Moved(String condition, String topic, String docid, OptionalInt grade, int by) {}

  private static Moved place(Move move) {
    int by = move.rankAfter() - move.rankBefore();
    return new Moved(move.condition(), move.topic(), move.docid(), move.grade(), by);
  }
}
