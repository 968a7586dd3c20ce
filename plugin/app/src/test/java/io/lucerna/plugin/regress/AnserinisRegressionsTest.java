package io.lucerna.plugin.regress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.anserini.search.SearchCollection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every regression that Anserini's jar ships. */
class AnserinisRegressionsTest {
  private static final Pattern NUMBER = Pattern.compile("(?m)^\\s+- (\\d+\\.\\d+)\\s*$");
  private static final Locator NOWHERE = new Locator(List.of());

  private static Map<String, String> regressions;
  private static Map<String, String> reproductions;
  private static final List<Regression> READ = new ArrayList<>();

  @BeforeAll
  static void walk() throws Exception {
    Path jar =
        Path.of(SearchCollection.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    regressions = files(jar, "regression/");
    reproductions = files(jar, "reproduce/");
    regressions.forEach((name, text) -> READ.add(RegressionReader.read(name, text)));
  }

  private static Map<String, String> files(Path jar, String folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> all = file.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (entry.getName().startsWith(folder) && entry.getName().endsWith(".yaml")) {
          String text =
              new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
          files.put(entry.getName(), text);
        }
      }
    }
    return files;
  }

  @Test
  void everyNumberOfEveryRegressionIsRead() {
    assertEquals(914, regressions.size());
    READ.forEach(
        regression -> {
          String name = regression.source();
          String text = regressions.getOrDefault(name, "");
          List<Double> written = new ArrayList<>();
          Matcher matcher = NUMBER.matcher(text);
          while (matcher.find()) {
            written.add(Double.parseDouble(matcher.group(1)));
          }
          List<Double> read = new ArrayList<>();
          for (Model model : regression.models()) {
            model.results().values().forEach(read::addAll);
            model.tolerance().values().forEach(read::addAll);
          }
          assertEquals(written.stream().sorted().toList(), read.stream().sorted().toList(), name);
        });
  }

  @Test
  void everyRegressionMakesAPlan() {
    READ.forEach(
        regression -> {
          String name = regression.source();
          Plan plan = Plan.here(regression, NOWHERE, "out/", OptionalInt.empty());
          List<Step> steps = plan.steps();
          assertEquals(regression.models().size() * regression.topics().size(), steps.size(), name);
          for (Step step : steps) {
            assertEquals(regression.metrics().size(), step.expected().size(), name);
            assertTrue(step.run().startsWith("out/runs/run."), step.run());
            assertFalse(step.commands().getFirst().contains(""), name);
          }
        });
  }

  @Test
  void onlyOtherProgramsAndDenseIndexesStandInTheWay() {
    Set<String> kinds = new TreeSet<>();
    int runnable = 0;
    for (Regression regression : READ) {
      List<String> obstacles =
          Obstacles.of(regression, NOWHERE, Set.of(Stage.INDEX, Stage.SEARCH), false).stream()
              .filter(one -> !one.endsWith(" with -corpora"))
              .toList();
      obstacles.forEach(one -> kinds.add(one.replaceAll("(metric|model|topics) [^: ]+", "$1")));
      runnable += obstacles.isEmpty() ? 1 : 0;
    }
    assertTrue(runnable > 500, "runnable: " + runnable);
    for (String kind : kinds) {
      assertTrue(
          kind.matches(
              "index_type (flat|hnsw|inverted-dense): .*|model: type (flat|hnsw|inverted-dense): .*"
                  + "|metric: unknown command '(tools/eval/gdeval.pl|python -m"
                  + " pyserini.eval.evaluate_dpr_retrieval)'.*|conversion 'python -m pyserini.*"
                  + "|topics: no qrel.*|metric: no measure is called 'judged.20'.*"),
          kind);
    }
  }

  @Test
  void reproductionsAreReadAndRefusedWithTheReason() {
    assertEquals(8, reproductions.size());
    int scores = 0;
    for (Map.Entry<String, String> entry : reproductions.entrySet()) {
      Reproduction read = Reproduction.read(Keys.parse(entry.getKey(), entry.getValue()));
      for (Reproduction.Condition condition : read.conditions()) {
        assertTrue(condition.command().contains("$output"), condition.command());
        for (Reproduction.Scored scored : condition.topics()) {
          assertFalse(scored.scores().isEmpty(), condition.name());
          scores += scored.scores().size();
        }
      }
      assertTrue(read.obstacle().contains("RunRepro"), read.obstacle());
    }
    assertTrue(scores > 800, "scores: " + scores);
  }

  @Test
  void commandsAreThoseOfAnserinisRunner() {
    String text = Objects.requireNonNull(regressions.get("regression/cacm.yaml"));
    Regression regression = RegressionReader.read("regression/cacm.yaml", text);
    assertEquals("cacm", regression.name());
    Plan plan = Plan.here(regression, NOWHERE, "", OptionalInt.empty());
    assertEquals(
        "index -collection cacm -generator DefaultLuceneDocumentGenerator -index"
            + " indexes/lucene-index.cacm/ -threads 8 -storePositions -storeDocvectors -storeRaw",
        Words.join(plan.indexing()));
    Step rm3 = plan.steps().get(1);
    assertEquals(
        "search -index indexes/lucene-index.cacm/ -topics cacm -topicReader Cacm -output"
            + " runs/run.index.cacm.cacm.bm25+rm3 -bm25 -rm3",
        Words.join(rm3.commands().getFirst()));
    assertEquals(
        "eval -m map cacm runs/run.index.cacm.cacm.bm25+rm3",
        Words.join(plan.measuring(regression.metrics().getFirst(), rm3)));
    assertEquals(.3643, rm3.expected().getFirst().value());
  }
}
