package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LensCommandTest {
  private static final List<String> TEXTS =
      List.of(
          "the light of oil",
          "the lamp is old and the sea is at night",
          "the lamp is old and the sea is at night",
          "time is of the sea",
          "an oil lamp",
          "");

  @TempDir Path folder;

  /** Topics that share documents, two of which have the same text. */
  @BeforeEach
  void files() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int doc = 0; doc < TEXTS.size(); doc++) {
      corpus.append("{\"id\": \"d" + doc + "\", \"contents\": \"" + TEXTS.get(doc) + "\"}\n");
    }
    for (int topic = 1; topic <= 3; topic++) {
      for (int place = 0; place < TEXTS.size(); place++) {
        int doc = (place + topic) % TEXTS.size();
        run.append(topic + " Q0 d" + doc + " 1 " + (20 - place) + " first\n");
        if (doc < 5) {
          qrels.append(topic + " 0 d" + doc + " " + (doc + topic) % 3 + "\n");
        }
      }
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus.toString());
    Files.writeString(folder.resolve("run.txt"), run.toString());
    Files.writeString(folder.resolve("qrels.txt"), qrels.toString());
    Files.writeString(folder.resolve("topics.tsv"), "1\toil lamp\n2\tsea of light\n3\told time\n");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell run(String command, String model, String output, String... more) {
    List<String> words = new ArrayList<>(List.of(command, "-model", Checkout.model(model)));
    words.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("corpus.jsonl")));
    words.addAll(List.of("-run", path("run.txt"), "-depth", "5", "-output", path(output)));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  private Shell lens(String model, String... more) {
    List<String> words = new ArrayList<>(List.of("-qrels", path("qrels.txt"), "-rounds", "200"));
    words.addAll(List.of(more));
    return run("lens", model, "lens", words.toArray(String[]::new));
  }

  private CsvFile table(String name) throws IOException {
    return CsvFile.read(folder.resolve("lens").resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-bi", "bert-cross"})
  void theLastRunIsReranksAndTablesAreOfTheRuns(String model) throws IOException {
    assertEquals(ExitCode.DONE, run("rerank", model, "reranked.txt").code());
    Shell shell = lens(model, "-m", "RR");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Path runs = folder.resolve("lens/runs");
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("reranked.txt")),
        Files.readAllBytes(runs.resolve("layer-2.txt")));
    Qrels qrels = Qrels.read(folder.resolve("qrels.txt"));
    Map<String, Double> values = new HashMap<>();
    for (CsvFile.Row row : table("topics.csv").rows()) {
      values.put(row.text("run") + row.text("measure") + row.text("topic"), row.number("value"));
    }
    assertEquals(3 * 2 * 3, values.size());
    for (int layer = 0; layer <= 2; layer++) {
      Run run = Run.read(runs.resolve("layer-" + layer + ".txt"));
      for (String name : List.of("nDCG@10", "RR")) {
        Measure measure = Measure.parse(name);
        Evaluation own = Evaluation.of(run, qrels, List.of(measure), Evaluation.Options.DEFAULT);
        for (String topic : List.of("1", "2", "3")) {
          assertEquals(
              own.values(measure, List.of(topic))[0],
              values.get("layer-" + layer + name + topic),
              topic);
        }
      }
    }
    assertFalse(
        Files.readString(runs.resolve("layer-0.txt"))
            .replace("-layer-0", "")
            .equals(Files.readString(runs.resolve("layer-1.txt")).replace("-layer-1", "")),
        "layers differ");
    for (CsvFile.Row row : table("late-topics.csv").rows()) {
      String topic = row.text("topic");
      assertEquals(values.get("layer-1nDCG@10" + topic), row.number("half"));
      assertEquals(values.get("layer-2nDCG@10" + topic), row.number("last"));
    }
    assertTrue(shell.out().contains("blocks.0.hook_resid_pre"), shell.out());
    assertTrue(Files.readString(folder.resolve("lens/report.html")).contains("blocks.1."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-bi", "bert-cross"})
  void whatIsAddedAddsUpToTheScores(String model) throws IOException {
    Shell shell = lens(model);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Run last = Run.read(folder.resolve("lens/runs/layer-2.txt"));
    Map<String, Double> sums = new HashMap<>();
    for (CsvFile.Row row : table("attribution-topics.csv").rows()) {
      assertEquals("5", row.text("passages"));
      sums.merge(row.text("side") + "/" + row.text("topic"), row.number("mean"), Double::sum);
    }
    assertEquals(model.equals("bert-bi") ? 6 : 3, sums.size());
    sums.forEach(
        (key, sum) -> {
          Ranking ranking = last.ranking(key.substring(key.indexOf('/') + 1)).orElseThrow();
          double mean = 0;
          for (int place = 0; place < 5; place++) {
            mean += ranking.score(place) / 5;
          }
          assertEquals(mean, sum, 1e-5, key);
        });
    double difference = 0;
    for (CsvFile.Row row : table("attribution.csv").rows()) {
      if (!row.text("side").equals("query")) {
        difference += row.number("change");
      }
    }
    assertEquals(relevance(last), difference, 1e-5);
  }

  /** The mean score of relevant passages minus that of the others, over topics. */
  private double relevance(Run last) throws IOException {
    Qrels qrels = Qrels.read(folder.resolve("qrels.txt"));
    double sum = 0;
    for (Ranking ranking : last.rankings()) {
      double[] sums = new double[2];
      int[] counts = new int[2];
      for (int place = 0; place < 5; place++) {
        Integer grade = qrels.judged(ranking.topic()).get(ranking.docno(place));
        if (grade != null) {
          sums[Math.min(grade, 1)] += ranking.score(place);
          counts[Math.min(grade, 1)]++;
        }
      }
      sum += sums[1] / counts[1] - sums[0] / counts[0];
    }
    return sum / last.rankings().size();
  }

  @Test
  void withoutAttributionThereIsNone() throws IOException {
    Shell divided = lens("bert-cross");
    assertEquals(ExitCode.DONE, divided.code(), divided.err());
    assertTrue(Files.exists(folder.resolve("lens/attribution.csv")));
    Shell whole = lens("bert-cross", "-attribution", "0");
    assertEquals(ExitCode.DONE, whole.code(), whole.err());
    // nDCG@10 alone knows every grade.
    String level = "relevant is grade 1 and up; -level changes it";
    assertTrue(divided.err().contains(level), divided.err());
    assertFalse(whole.err().contains(level), whole.err());
    assertFalse(Files.exists(folder.resolve("lens/attribution.csv")), "the old one is gone");
    assertFalse(Files.exists(folder.resolve("lens/figures/relevance.svg")));
    assertTrue(Files.exists(folder.resolve("lens/figures/layers.svg")));
  }

  @Test
  void whereNothingIsComparedThatIsSaid() throws IOException {
    assertEquals(ExitCode.DONE, lens("bert-cross").code());
    Path picture = folder.resolve("lens/figures/relevance.svg");
    assertTrue(Files.exists(picture));
    Files.writeString(folder.resolve("qrels.txt"), "1 0 d1 1\n2 0 d2 2\n3 0 d3 0\n");
    Shell shell = lens("bert-cross");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertFalse(Files.exists(picture), "there is nothing to show");
    assertTrue(Files.exists(folder.resolve("lens/figures/attribution.svg")));
    String why = "no topic has both relevant and judged non-relevant passages";
    assertTrue(shell.out().contains(why), shell.out());
    assertFalse(shell.out().contains("favour"), shell.out());
    assertTrue(Files.readString(folder.resolve("lens/report.html")).contains(why));
  }

  private void fails(ExitCode code, String message, Shell shell) {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(Files.exists(folder.resolve("lens/lens.json")), "nothing is written");
  }

  @Test
  void wrongUseIsNamed() throws IOException {
    fails(ExitCode.USAGE, "-attribution must be at least 0", lens("bert-bi", "-attribution", "-1"));
    fails(ExitCode.USAGE, "is not a mean over topics", lens("bert-bi", "-m", "num_rel"));
    fails(ExitCode.USAGE, "-qrels or -collection is needed", run("lens", "bert-bi", "lens"));
    Files.writeString(folder.resolve("qrels.txt"), "9 0 d1 1\n");
    fails(ExitCode.INPUT, "have no topic in common", lens("bert-bi"));
  }
}
