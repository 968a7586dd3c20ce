package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.plugin.LauncherTest;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Inputs that real users had, with what came of them: the commands of each report under {@code
 * shared/reports} do what its README says they should. The laws behind them are tested where they
 * belong, without these files; the launcher's part of a locale is {@link LauncherTest}'s.
 */
class ReportsTest {
  private static final Path REPORTS = Checkout.shared("reports");
  private static final double BOUND = 1e-5;

  private static Map<String, Double> plain = Map.of();

  @TempDir Path folder;

  @BeforeAll
  static void present() {
    assumeTrue(Files.isDirectory(REPORTS), "skipped the reports: no folder " + REPORTS);
  }

  /** A report's file, by the report's number. */
  private static String file(int report, String name) {
    try (Stream<Path> all = Files.list(REPORTS)) {
      String number = String.format(Locale.ROOT, "%02d-", report);
      Path found = all.filter(p -> p.getFileName().toString().startsWith(number)).findFirst().get();
      return found.resolve(name).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String out(String name) {
    return folder.resolve(name).toString();
  }

  /** Scores by topic and document, of the file that {@code score} writes. */
  private Map<String, Double> score(String model, String pairs, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("score", "-model", model, "-pairs", pairs, "-output", out("s")));
    command.addAll(List.of(more));
    Shell.succeed(command.toArray(String[]::new));
    return table(Files.readAllLines(folder.resolve("s")).stream().skip(1), "\t", 0, 1, 2);
  }

  /** The same of the run that {@code rerank} writes. */
  private Map<String, Double> rerank(String run, String topics, String corpus, String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("rerank", "-run", run, "-topics", topics, "-corpus", corpus, "-output"));
    command.add(out("o.txt"));
    command.addAll(List.of(more));
    Shell.succeed(command.toArray(String[]::new));
    return run(folder.resolve("o.txt"));
  }

  private static Map<String, Double> run(Path file) throws IOException {
    return table(Files.readAllLines(file).stream(), " ", 0, 2, 4);
  }

  /** The same of a report's own files. */
  private Map<String, Double> rerank(int report, String topics, String corpus) throws IOException {
    return rerank(file(report, "run.txt"), file(report, topics), file(report, corpus));
  }

  /** What many reports' run, topics and corpus give in the plain form. */
  private Map<String, Double> plain() throws IOException {
    if (plain.isEmpty()) {
      plain = rerank(7, "topics.tsv", "corpus.jsonl");
    }
    return plain;
  }

  private static Map<String, Double> table(
      Stream<String> lines, String separator, int topic, int document, int score) {
    Map<String, Double> table = new LinkedHashMap<>();
    lines
        .map(line -> line.split(separator))
        .forEach(l -> table.put(l[topic] + " " + l[document], Double.valueOf(l[score])));
    return table;
  }

  private static void close(List<Double> expected, Map<String, Double> scores) {
    List<Double> got = List.copyOf(scores.values());
    assertEquals(expected.size(), got.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), got.get(i), BOUND, "score " + i);
    }
  }

  private static void refused(ExitCode code, Shell shell, String... parts) {
    assertEquals(code, shell.code(), shell.err());
    for (String part : parts) {
      assertTrue(shell.err().contains(part), shell.err());
    }
    assertFalse(shell.err().contains("\tat "), shell.err());
  }

  /** Documents of a topic, best first. */
  private static List<String> order(Map<String, Double> scores) {
    return scores.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(e -> e.getKey().substring(e.getKey().indexOf(' ') + 1))
        .toList();
  }

  /** A copy of a report's file with something in it replaced. */
  private String changed(int report, String name, String old, String now) throws IOException {
    String text = Files.readString(Path.of(file(report, name)));
    assertTrue(text.contains(old), name);
    return Files.writeString(folder.resolve("changed-" + name), text.replace(old, now)).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "bert-do_lower_case-false, -0.361335, 1.109138",
    "roberta-add_prefix_space, 0.957768, 0.382018",
    "bert-no-token-types, -0.434412, 0.065171",
  })
  void tokenizerConfigOverrides(String model, double first, double second) throws IOException {
    close(List.of(first, second), score(file(1, model), file(1, "pairs.tsv")));
  }

  @Test
  void sentenceBertDoLowerCase() throws IOException {
    close(List.of(0.919591, 0.963795), score(file(2, "model"), file(2, "pairs.tsv")));
  }

  @Test
  void loneSurrogate() throws IOException {
    String replaced = changed(3, "corpus.jsonl", "\\ud83d", "\uFFFD");
    String query = changed(3, "topics.jsonl", "\\ud83d", "\uFFFD");
    String run = file(3, "run.txt");
    assertEquals(
        rerank(run, file(3, "topics.tsv"), replaced), rerank(3, "topics.tsv", "corpus.jsonl"));
    assertEquals(rerank(run, query, replaced), rerank(3, "topics.jsonl", "corpus.jsonl"));
  }

  @Test
  void longQuery() throws IOException {
    String corpus = file(4, "corpus.jsonl");
    String run = file(4, "run.txt");
    Shell shell =
        Shell.succeed(
            "rerank",
            "-run",
            run,
            "-topics",
            file(4, "topics.tsv"),
            "-corpus",
            corpus,
            "-output",
            out("o.txt"));
    assertTrue(shell.err().contains("the first is topic q1: of its 450 tokens"), shell.err());
    Map<String, Double> all = run(folder.resolve("o.txt"));
    assertEquals(6, all.size());
    // A query's words beyond the limit count for nothing, and the other topic is as it was.
    List<String> topics = Files.readAllLines(Path.of(file(4, "topics.tsv")));
    String[] words = topics.get(0).split(" ");
    String fewer = String.join(" ", List.of(words).subList(0, 250));
    Path shorter = Files.write(folder.resolve("topics.tsv"), List.of(fewer, topics.get(1)));
    assertEquals(rerank(run, shorter.toString(), corpus), all);
    Files.delete(folder.resolve("o.txt"));
    refused(
        ExitCode.USAGE,
        Shell.run(
            "rerank",
            "-run",
            run,
            "-topics",
            file(4, "topics.tsv"),
            "-corpus",
            corpus,
            "-truncate",
            "strict",
            "-output",
            out("o.txt")),
        "q1",
        file(4, "topics.tsv"),
        "256");
    assertFalse(Files.exists(folder.resolve("o.txt")));
  }

  @Test
  void argumentsOfALocale() throws IOException {
    String pairs = file(5, "pairs.tsv");
    close(List.of(0.52786976), score("minilm", pairs, "-query.prefix", "質問：ω "));
    close(List.of(0.8273032), score("minilm", pairs));
    Shell broken =
        Shell.run(
            "score",
            "-model",
            "minilm",
            "-pairs",
            pairs,
            "-output",
            out("s"),
            "-query.prefix",
            "\uFFFD\uFFFD ");
    refused(ExitCode.USAGE, broken, "was broken before Java could read it", "LC_ALL=C.UTF-8");
  }

  @Test
  void latin1() {
    Shell corpus =
        Shell.run(
            "rerank",
            "-run",
            file(6, "run.txt"),
            "-topics",
            file(6, "topics.tsv"),
            "-corpus",
            file(6, "corpus.jsonl"),
            "-output",
            out("o.txt"));
    refused(ExitCode.INPUT, corpus, "corpus.jsonl:1: not UTF-8: byte 0xE9");
    Shell requests =
        Shell.run("rerank", "-input", file(6, "requests.jsonl"), "-output", out("o.jsonl"));
    refused(ExitCode.INPUT, requests, "requests.jsonl:1: not UTF-8: byte 0xE9");
    assertFalse(Files.exists(folder.resolve("o.txt")));
    assertFalse(Files.exists(folder.resolve("o.jsonl")));
  }

  @Test
  void fieldNames() throws IOException {
    assertEquals(plain(), rerank(7, "queries-beir.jsonl", "corpus.jsonl"));
    assertEquals(plain(), rerank(7, "queries-irds.jsonl", "corpus.jsonl"));
    Map<String, Double> other = rerank(7, "topics.tsv", "corpus-irds.jsonl");
    assertEquals(6, other.size());
    assertNotEquals(plain(), other);
    assertEquals(other, rerank(7, "topics.tsv", "corpus-pyterrier.jsonl"));
  }

  @Test
  void gzipped() throws IOException {
    String qrels = file(8, "qrels.txt");
    String run = file(8, "run.txt");
    String expected = Shell.succeed("eval", "-q", qrels, run).out();
    assertTrue(expected.lines().anyMatch(l -> l.matches("map +\tall\t1\\.0000")), expected);
    assertEquals(expected, Shell.succeed("eval", "-q", qrels, run + ".gz").out());
    assertEquals(expected, Shell.succeed("eval", "-q", qrels + ".gz", run).out());
    assertEquals(score("minilm", file(8, "pairs.tsv")), score("minilm", file(8, "pairs.tsv.gz")));
    String other = Files.copy(Path.of(run), folder.resolve("run.txt.gz")).toString();
    assertEquals(
        Shell.succeed("compare", qrels, other, Files.copy(Path.of(run), folder.resolve("b")) + "")
            .out(),
        Shell.succeed("compare", qrels + ".gz", run + ".gz", out("b")).out());
    assertEquals(plain(), rerank(run + ".gz", file(7, "topics.tsv"), file(7, "corpus.jsonl")));
  }

  @Test
  void joinedFlags() {
    String qrels = file(9, "qrels.txt");
    String run = file(9, "run.txt");
    Shell cut = Shell.succeed("eval", "-c", "-mrecall.100", "-mndcg_cut.3", qrels, run);
    assertEquals(
        Shell.succeed("eval", "-c", "-m", "recall.100", "-m", "ndcg_cut.3", qrels, run), cut);
    assertEquals(List.of("recall_100 all 1.0000", "ndcg_cut_3 all 1.0000"), lines(cut));
    assertEquals(
        List.of("map q1 0.0000", "map q2 1.0000", "map all 0.5000"),
        lines(Shell.succeed("eval", "-q", "-M1000", "-l2", "-mmap", qrels, run)));
    assertEquals(
        List.of("map q1 1.0000", "map q2 1.0000", "map all 1.0000"),
        lines(Shell.succeed("eval", "-qc", "-m", "map", qrels, run)));
  }

  private static List<String> lines(Shell shell) {
    return shell.out().lines().map(line -> line.replaceAll("\\s+", " ")).toList();
  }

  @Test
  void gammaAndBeta() throws IOException {
    close(List.of(0.088261, 1.474494), score(file(10, "model"), file(10, "pairs.tsv")));
  }

  @Test
  void byteOrderMarks() throws IOException {
    assertEquals(score("minilm", file(5, "pairs.tsv")), score("minilm", file(11, "pairs.tsv")));
    assertEquals(plain(), rerank(11, "topics.tsv", "corpus.jsonl"));
    Shell.succeed("rerank", "-input", file(11, "requests.jsonl"), "-output", out("o"));
    Shell.succeed(
        "rerank", "-input", changed(11, "requests.jsonl", "\uFEFF", ""), "-output", out("p"));
    assertEquals(Files.readString(folder.resolve("p")), Files.readString(folder.resolve("o")));
  }

  @Test
  void idsWithSpaces() throws IOException {
    String requests = file(12, "requests.jsonl");
    refused(
        ExitCode.INPUT,
        Shell.run("rerank", "-input", requests, "-output", out("o.txt")),
        "requests.jsonl:1: topic id 'q 1' contains whitespace, which no TREC run can hold");
    refused(
        ExitCode.INPUT,
        Shell.run(
            "rerank",
            "-input",
            changed(12, "requests.jsonl", "q 1", "q1"),
            "-output",
            out("o.txt")),
        "requests.jsonl:1: document id 'a b' contains whitespace, which no TREC run can hold");
    assertFalse(Files.exists(folder.resolve("o.txt")));
    Shell.index(file(12, "docs"), out("ix"), "-storeRaw");
    refused(
        ExitCode.INPUT,
        Shell.run(
            "search",
            "-index",
            out("ix"),
            "-topics",
            file(12, "topics.tsv"),
            "-bm25",
            "-output",
            out("r.txt")),
        "document id 'my doc 1' of the index contains whitespace");
  }

  @Test
  void twoLabels() throws IOException {
    String model = file(13, "model");
    String pairs = file(13, "pairs.tsv");
    Map<String, Double> published = score(model, pairs, "-label", "logprob");
    assertEquals(List.of("d3", "d38", "d39", "d31", "d34"), order(published).subList(0, 5));
    assertEquals(published, score(model, pairs));
    assertEquals(
        List.of("d5", "d10", "d15", "d36", "d9"),
        order(score(model, pairs, "-label", "1")).subList(0, 5));
    String card = Shell.succeed("models", "-model", model).out();
    assertTrue(card.contains("log"), card);
  }

  @Test
  void topicsInXml() throws IOException {
    String lines = "301\tmicrowave oven\n302\tcapital of france\n";
    String topics = Files.writeString(folder.resolve("t.tsv"), lines).toString();
    Map<String, Double> expected = rerank(file(14, "run.txt"), topics, file(14, "corpus.jsonl"));
    for (String form : List.of("covid.xml", "xmlwrap.txt", "web.xml")) {
      assertEquals(expected, rerank(14, form, "corpus.jsonl"), form);
    }
  }

  @Test
  void topicsFromAPipe() throws Exception {
    assumeTrue(
        !System.getProperty("os.name").startsWith("Windows"), "skipped: no named pipes here");
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<Optional<IOException>> writer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                Files.write(pipe, Files.readAllBytes(Path.of(file(15, "topics.tsv"))));
                return Optional.empty();
              } catch (IOException e) {
                return Optional.of(e);
              }
            });
    Map<String, Double> piped =
        rerank(file(15, "run.txt"), pipe.toString(), file(15, "corpus.jsonl"));
    assertEquals(Optional.empty(), writer.join());
    assertEquals(plain(), piped);
  }

  @Test
  void noTopicInCommon() {
    String qrels = file(16, "qrels.txt");
    String run = file(16, "run.txt");
    assertEquals(
        List.of("map 101.1 0.0000", "map 101.2 0.0000", "map all 0.0000"),
        lines(Shell.succeed("eval", "-c", "-q", "-m", "map", qrels, run)));
    refused(
        ExitCode.INPUT,
        Shell.run("eval", "-q", "-m", "map", qrels, run),
        "have no topic in common: nothing to measure");
  }

  @Test
  void loraAndOldLayouts() throws IOException {
    close(List.of(0.919591, 0.963795), score(file(17, "bi-0_Transformer"), file(17, "pairs.tsv")));
    Path cache = Files.createDirectory(folder.resolve("hub"));
    ModelRegistry offline =
        new ModelRegistry(
            Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", cache.toString()), folder.resolve("home"));
    Shell shell =
        Shell.run(
            offline,
            "score",
            "-model",
            file(17, "lora-adapter"),
            "-pairs",
            file(17, "pairs.tsv"),
            "-output",
            out("s.tsv"));
    refused(
        ExitCode.MODEL,
        shell,
        "adapter_config.json: the base model meta/base cannot be opened",
        "base_model_name_or_path");
  }

  @Test
  void defaultPromptOfACrossEncoder() throws IOException {
    String model = file(18, "model");
    String pairs = file(18, "pairs.tsv");
    Map<String, Double> scores = score(model, pairs);
    close(List.of(0.99516636, 0.7825547), scores);
    assertEquals(scores, score(model, pairs, "-query.prefix", "retrieval query "));
    close(List.of(0.0882602, 1.4744937), score(model, pairs, "-query.prefix", ""));
    String shown = Shell.succeed("models", "-model", model).out();
    assertTrue(shown.contains("retrieval query"), shown);
  }

  @Test
  void measureNames() {
    String qrels = file(19, "qrels.txt");
    String run = file(19, "run.txt");
    assertEquals(
        Shell.succeed("eval", "-m", "AP", "-m", "RR@10", "-m", "nDCG@10", "-m", "R@100", qrels, run)
            .out()
            .lines()
            .map(l -> l.replaceAll(".*\\s", ""))
            .toList(),
        Shell.succeed(
                "eval",
                "-m",
                "MAP",
                "-m",
                "MRR@10",
                "-m",
                "NDCG@10",
                "-m",
                "Recall@100",
                qrels,
                run)
            .out()
            .lines()
            .map(l -> l.replaceAll(".*\\s", ""))
            .toList());
    assertEquals(
        List.of("Judged@10 all 0.6667"),
        lines(Shell.succeed("eval", "-m", "Judged@10", qrels, run)));
    Shell.succeed("eval", "-m", "nDCG(dcg=\"exp-log2\")@10", qrels, run);
    refused(
        ExitCode.USAGE, Shell.run("eval", "-m", "nDCG(dcg=\"exp-log3\")@10", qrels, run), "dcg");
    refused(ExitCode.USAGE, Shell.run("eval", "-m", "NDCH@10", qrels, run), "nDCG");
  }

  @Test
  void cleaningIsNoMatterOfTheRun() throws IOException {
    String topics = file(20, "topics.tsv");
    String corpus = file(20, "corpus.jsonl");
    Map<String, Double> scores = rerank(file(20, "run-a.txt"), topics, corpus);
    assertEquals(scores, rerank(file(20, "run-b.txt"), topics, corpus));
    close(List.of(0.319258, 0.268126), scores);
  }
}
