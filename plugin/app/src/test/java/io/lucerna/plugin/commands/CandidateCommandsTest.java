package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.SweepEngine;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kohsuke.args4j.Option;

/**
 * Every command takes requests as it takes a run, topics and texts; perturb works without index.
 */
class CandidateCommandsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void files() throws IOException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    Files.writeString(
        corpus.resolve("corpus.jsonl"),
        """
        {"id": "x", "contents": "Canal locks raise boats. The gates close behind the boats."}
        {"id": "y", "contents": "A lamp gives light by burning oil."}
        {"id": "z", "contents": "Gates and boats are painted, gates first."}
        {"id": "u", "contents": "The canal was dug by hand."}
        """);
    Files.writeString(folder.resolve("topics.tsv"), "7\tcanal gates\n8\toil lamp\n");
    Files.writeString(folder.resolve("qrels.txt"), "7 0 x 1\n8 0 y 1\n8 0 gone 1\n");
    Files.writeString(
        folder.resolve("run.txt"), "7 Q0 x 1 2 t\n7 Q0 z 2 1 t\n8 Q0 y 1 2 t\n8 Q0 u 2 1 t\n");
    Files.writeString(
        folder.resolve("requests.json"),
        """
        [
          {"query": "canal gates", "hits": [
            {"qid": 7, "docid": "x", "rank": 1, "score": 2,
             "content": "Canal locks raise boats. The gates close behind the boats."},
            {"qid": 7, "docid": "z", "rank": 2, "score": 1,
             "content": "Gates and boats are painted, gates first."}]},
          {"query": "oil lamp", "hits": [
            {"qid": 8, "docid": "y", "rank": 1, "score": 2,
             "content": "A lamp gives light by burning oil."},
            {"qid": 8, "docid": "u", "rank": 2, "score": 1,
             "content": "The canal was dug by hand."}]}
        ]
        """);
    Shell.index(corpus.toString(), path("index"), "-storeRaw");
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Shell run(String command, String output, String... more) {
    List<String> all = new ArrayList<>(List.of(command, "-output", path(output)));
    all.addAll(Arrays.asList(more));
    return Shell.succeed(all.toArray(String[]::new));
  }

  private static String[] withRun(String... more) {
    return with(
        List.of("-run", path("run.txt"), "-topics", path("topics.tsv"), "-corpus", path("corpus")),
        more);
  }

  private static String[] withRequests(String... more) {
    return with(List.of("-input", path("requests.json")), more);
  }

  private static String[] with(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private static String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  @Test
  void score() throws IOException {
    run("score", "score-run.tsv", withRun("-model", "fake", "-depth", "1"));
    run("score", "score-requests.tsv", withRequests("-model", "fake", "-depth", "1"));
    assertEquals(read("score-run.tsv"), read("score-requests.tsv"));
    assertEquals("qid\tdocid\tscore\n7\tx\t0.1\n8\ty\t0.14285715\n", read("score-run.tsv"));
    Shell none = Shell.run("score", "-model", "fake", "-output", path("none.tsv"));
    assertEquals(ExitCode.USAGE, none.code());
    assertTrue(none.err().contains("give the pairs: -pairs, -run or -input"), none.err());
  }

  @Test
  void record() throws IOException {
    String[] options = {
      "-model", "minilm", "-hooks", "blocks.0.hook_resid_post", "-positions", "cls"
    };
    run("record", "recorded-run", withRun(options));
    run("record", "recorded-requests", withRequests(options));
    assertEquals(read("recorded-run/index.jsonl"), read("recorded-requests/index.jsonl"));
  }

  @Test
  void study() throws IOException {
    String[] options = {
      "-model", "minilm", "-qrels", path("qrels.txt"), "-conditions", "layers", "-rounds", "100"
    };
    run("study", "study-run", withRun(options));
    run("study", "study-requests", withRequests(options));
    for (String table : List.of("topics.csv", "comparison.csv")) {
      assertEquals(read("study-run/" + table), read("study-requests/" + table));
    }
    JsonNode study =
        new ObjectMapper().readTree(folder.resolve("study-requests/study.json").toFile());
    assertEquals(
        Hashes.sha256(folder.resolve("requests.json")), study.at("/requests/sha256").asText());
    run("study", "study-requests", withRequests(with(List.of("-resume"), options)));
  }

  @Test
  void whatRequestsHoldIsNotGivenAgain() {
    String[] more = {
      "-topics",
      path("topics.tsv"),
      "-topicField",
      "description",
      "-index",
      path("index"),
      "-model",
      "minilm"
    };
    for (String command : List.of("study", "score", "rerank")) {
      List<String> words = new ArrayList<>(List.of(command, "-output", path("refused")));
      words.addAll(List.of(withRequests(more)));
      if (command.equals("study")) {
        words.addAll(List.of("-qrels", path("qrels.txt"), "-conditions", "layers"));
      }
      Shell shell = Shell.run(words.toArray(String[]::new));
      assertEquals(ExitCode.USAGE, shell.code(), shell.err());
      assertTrue(
          shell.err().contains("so nothing else is read; leave out -topics, -topicField, -index"),
          shell.err());
    }
  }

  @Test
  void perturbationsOfACorpusAreThoseOfItsIndex() throws IOException {
    String[] judged = {
      "-topics",
      path("topics.tsv"),
      "-qrels",
      path("qrels.txt"),
      "-perturbation",
      "TFC1,TDC,STMC2,LNC1,REPLACE",
      "-model",
      "minilm"
    };
    run("perturb", "by-index.jsonl", with(List.of("-index", path("index")), judged));
    Shell shell =
        run("perturb", "by-corpus.jsonl", with(List.of("-corpus", path("corpus")), judged));
    assertEquals(read("by-index.jsonl"), read("by-corpus.jsonl"));
    assertEquals(
        read("by-index.jsonl.left.tsv").replace("the index", "the corpus"),
        read("by-corpus.jsonl.left.tsv"));
    assertTrue(
        shell.err().contains("IDF and BM25 use the statistics of the corpus: 4 documents\n"),
        shell.err());
    run(
        "perturb",
        "ran-by-index.jsonl",
        with(
            List.of(
                "-index", path("index"), "-run", path("run.txt"), "-topics", path("topics.tsv")),
            "-perturbation",
            "TFC1"));
    run("perturb", "ran-by-corpus.jsonl", withRun("-perturbation", "TFC1"));
    assertEquals(read("ran-by-index.jsonl"), read("ran-by-corpus.jsonl"));
  }

  @Test
  void perturbationsOfRequests() throws IOException {
    // The pool is the whole corpus here, so that the statistics are the same.
    run("perturb", "of-run.jsonl", withRun("-perturbation", "TFC1,LNC1,STMC1", "-model", "minilm"));
    Shell shell =
        run(
            "perturb",
            "of-pool.jsonl",
            withRequests("-perturbation", "TFC1,LNC1,STMC1", "-model", "minilm"));
    assertEquals(read("of-run.jsonl"), read("of-pool.jsonl"));
    assertTrue(
        shell
            .err()
            .contains(
                "IDF and BM25 use the statistics of the candidate pool: 4 documents, not of a"
                    + " whole collection"),
        shell.err());
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("of-pool.jsonl.meta.json").toFile());
    assertEquals("the candidate pool", meta.at("/statistics/source").asText());
    assertEquals(4, meta.at("/statistics/documents").asInt());
    run(
        "perturb",
        "of-both.jsonl",
        withRequests("-perturbation", "TFC1", "-corpus", path("corpus")));
    run("perturb", "of-run-alone.jsonl", withRun("-perturbation", "TFC1"));
    assertEquals(read("of-run-alone.jsonl"), read("of-both.jsonl"));
  }

  @Test
  void readyPairsGetTheStatisticsOfACorpus() throws IOException {
    Path pairs =
        Files.writeString(
            folder.resolve("ready.tsv"), "q\tcanal locks\td\tBoats rise.\tBoats rise. locks\t1\n");
    run("perturb", "ready-index.jsonl", "-pairs", pairs.toString(), "-index", path("index"));
    run("perturb", "ready-corpus.jsonl", "-pairs", pairs.toString(), "-corpus", path("corpus"));
    assertEquals(read("ready-index.jsonl"), read("ready-corpus.jsonl"));
  }

  @Test
  void perturbAlignsAsPatchDoes() throws IOException {
    String[] options = {
      "-model", "minilm", "-passage.prefix", "passage: ", "-maxLength", "14", "-filler", "the"
    };
    run("perturb", "aligned.jsonl", withRun(with(List.of("-perturbation", "TFC1"), options)));
    ScorerOptions patch =
        ScorerOptions.defaults()
            .withTerms(new IndexTerms())
            .withMaxTokens(14)
            .withPassagePrefix("passage: ");
    SweepSettings settings = SweepSettings.of(SweepKind.HEAD).filler("the").build();
    List<String> lines = Files.readAllLines(folder.resolve("aligned.jsonl"));
    List<ContrastPair> pairs = ContrastPairs.read(folder.resolve("aligned.jsonl"));
    assertFalse(pairs.isEmpty());
    int fillers = 0;
    try (SweepEngine engine =
        new SweepEngine(
            new ModelRegistry()
                .ranker(
                    "minilm",
                    patch,
                    new Console(System.out, System.err, false, false, List.of(), ItemRunner.HERE)),
            settings)) {
      for (int i = 0; i < pairs.size(); i++) {
        JsonNode tokens = new ObjectMapper().readTree(lines.get(i)).path("tokens");
        PairOutcome.Swept swept =
            (PairOutcome.Swept) engine.sweep(pairs.get(i), Optional.empty(), settings.methods());
        List<String> roles = new ArrayList<>();
        tokens.path("base_roles").forEach(role -> roles.add(role.asText()));
        assertEquals(roles, swept.base().stream().map(token -> token.role().option()).toList());
        fillers += roles.contains("filler") ? 1 : 0;
      }
    }
    assertTrue(fillers > 0);
  }

  @Test
  void perturbTakesEveryModelOptionOfPatch() {
    for (Class<?> command : List.of(PerturbCommand.class, PatchCommand.class)) {
      assertEquals(
          1,
          Arrays.stream(command.getDeclaredFields())
              .filter(field -> field.getType() == ModelOptions.class)
              .count(),
          command.getSimpleName());
    }
    List<String> own =
        Arrays.stream(PerturbCommand.class.getDeclaredFields())
            .map(field -> field.getAnnotation(Option.class))
            .filter(option -> option != null)
            .map(Option::name)
            .toList();
    assertFalse(own.contains("-model"), own.toString());
  }

  @Test
  void idsWithSpacesInAnIndexAreNamed() throws IOException {
    Path docs = Files.createDirectory(folder.resolve("spaced"));
    Files.writeString(
        docs.resolve("d.jsonl"), "{\"id\": \"my file.txt\", \"contents\": \"canal gates\"}\n");
    Shell.index(docs.toString(), path("spaced-index"), "-storeRaw");
    Shell shell =
        Shell.run(
            "search",
            "-index",
            path("spaced-index"),
            "-topics",
            path("topics.tsv"),
            "-bm25",
            "-output",
            path("spaced.txt"));
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell
            .err()
            .contains(
                "document id 'my file.txt' of the index contains whitespace, which no TREC run"
                    + " can hold"),
        shell.err());
  }
}
