package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegressCommandTest {
  private static final String CROSS = Checkout.model("bert-cross");

  /** BM25 puts a, with both words, before c and b; d is relevant and has no word of the query. */
  private static final String CONFIG =
      """
      corpus: tiny
      corpus_path: corpora/tiny/
      index_path: indexes/lucene-inverted.tiny/
      collection_class: JsonCollection
      generator_class: DefaultLuceneDocumentGenerator
      index_threads: 1
      index_options: -storeRaw -storeDocvectors -optimize
      index_stats:
        documents: 4
        documents (non-empty): 4
        unique terms: 10
        total terms: 12
      metrics:
        - metric: AP
          command: bin/trec_eval
          params: -c -M1000 -m map
          separator: "\\t"
          parse_index: 2
          metric_precision: 4
          can_combine: true
      topic_reader: TsvInt
      topics:
        - name: "Tiny"
          id: tiny
          path: topics.tiny.tsv
          qrel: qrels.tiny.txt
      models:
        - name: bm25
          display: BM25
          params: -bm25
          results:
            AP:
              - 0.3333
      """;

  private static final String OURS =
      """
      lucerna:
        description: A tiny collection.
        tolerance: 0.001
        notes: Written for a test.
        rerank:
          - name: fake
            first: bm25
            model: fake
            depth: 10
            results: {AP: 0.5, P@1: [0.0]}
      """;

  @TempDir Path folder;

  private static final String READY =
      """
      corpus: dl19
      metrics:
        - metric: nDCG@10
          command: bin/trec_eval
          params: -m ndcg_cut.10
          separator: "\\t"
          parse_index: 2
          metric_precision: 4
      topics:
        - name: "DL19"
          id: dl19
          path: topics.dl19-passage.txt
          qrel: qrels.dl19-passage.txt
      models:
        - name: bm25
          type: ready
          params: -collection dl19 -first bm25
          results:
            nDCG@10: 0.5058
      lucerna:
        rerank:
          - {name: fake, first: bm25, model: fake, depth: 2, results: {nDCG@10: 0.5}}
      """;

  @Test
  void aRankingThatComesWithACollectionNeedsNoIndex() throws IOException {
    Shell plan = regress(READY, "-dryRun");
    assertEquals(ExitCode.DONE, plan.code(), plan.err());
    assertEquals(
        """
        ./lucerna rerank -collection dl19 -first bm25 -output OUT/runs/run.dl19.dl19.bm25 -rerank.model none
        ./lucerna rerank -collection dl19 -first bm25 -output OUT/runs/run.dl19.dl19.fake -rerank.model fake -rerank.depth 2
        ./lucerna eval -m ndcg_cut.10 dl19 OUT/runs/run.dl19.dl19.bm25
        ./lucerna eval -m ndcg_cut.10 dl19 OUT/runs/run.dl19.dl19.fake
        """,
        plan.out().replace(path("out"), "OUT"));
    Shell searched = regress(READY.replace("type: ready", "display: BM25"), "-dryRun");
    assertTrue(searched.err().contains("corpus_path: missing"), searched.err());
  }

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(folder.resolve("corpora/tiny"));
    write(
        "corpora/tiny/docs.jsonl",
        """
        {"id": "a", "contents": "red lamp"}
        {"id": "b", "contents": "red paint dries quickly overnight"}
        {"id": "c", "contents": "lamp glass tall"}
        {"id": "d", "contents": "boat harbour"}
        """);
    write("topics.tiny.tsv", "7\tred lamp\n");
    write("qrels.tiny.txt", "7 0 c 1\n7 0 a 0\n7 0 d 0\n");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell regress(String config, String... more) throws IOException {
    write("tiny.yaml", config);
    List<String> command =
        new ArrayList<>(List.of("regress", "-config", path("tiny.yaml"), "-output", path("out")));
    command.addAll(List.of(more));
    return Shell.run(command.toArray(String[]::new));
  }

  @Test
  void indexesSearchesReranksMeasuresAndWritesThePage() throws IOException {
    Shell shell = regress(CONFIG.replace("0.3333", "0.5") + OURS);
    assertEquals(ExitCode.DONE, shell.code(), shell.out() + shell.err());
    assertEquals(
        List.of(
            "OK    index                 -           documents              expected 4"
                + "  measured 4  tolerance 0",
            "OK    bm25                  tiny        AP                     expected 0.5000  measured 0.5000"
                + "  tolerance 0",
            "7 numbers: 7 OK, 0 OK* (higher than expected), 0 FAIL"),
        shell.out().lines().filter(l -> l.matches(".*(documents  |bm25 |numbers).*")).toList());
    String page = read("out/regressions-tiny.md");
    for (String section :
        List.of("Indexing", "Retrieval", "Reranking", "Interventions", "Effectiveness")) {
      assertTrue(page.contains("\n## " + section + "\n"), page);
    }
    assertTrue(page.contains("A tiny collection.") && page.contains("Written for a test."), page);
    assertTrue(
        page.contains(
            "./lucerna index -collection JsonCollection -input corpora/tiny/ -generator"
                + " DefaultLuceneDocumentGenerator -index indexes/lucene-inverted.tiny/ -threads 1"),
        page);
    assertTrue(
        page.contains(
            "./lucerna eval -c -M 1000 -m map qrels.tiny.txt runs/run.inverted.tiny.tiny.bm25"),
        page);
    assertTrue(page.contains("| Tiny | AP | P@1 |\n|:---|:---|:---|\n| bm25 | 0.5000 | - |"), page);
    assertFalse(page.contains(folder.toString()), "a page names no place on this machine: " + page);

    Shell again = regress(CONFIG.replace("0.3333", "0.5") + OURS, "-search");
    assertEquals(ExitCode.DONE, again.code(), again.err());
    assertFalse(again.out().contains("fake"), again.out());
    List<String> log =
        read("out/regressions-tiny.md").lines().filter(l -> l.startsWith("+ ")).toList();
    assertEquals(2, log.size());
    assertTrue(log.getLast().matches("\\+ \\d{4}-\\d\\d-\\d\\d: 1 number: 1 OK.*"), log.getLast());
  }

  @Test
  void aHigherNumberIsFlaggedAndALowerOneFails() throws IOException {
    Shell higher = regress(CONFIG);
    assertEquals(ExitCode.DONE, higher.code(), higher.err());
    assertTrue(higher.out().contains("OK*   bm25 "), higher.out());
    Shell lower = regress(CONFIG.replace("0.3333", "0.5001"), "-search");
    assertEquals(ExitCode.FAILED, lower.code());
    assertTrue(
        lower.out().contains("FAIL  bm25") && lower.out().contains("expected 0.5001"), lower.out());
    assertTrue(lower.err().contains("lucerna regress: 1 of 1 number not as expected"), lower.err());
    assertTrue(
        read("out/regressions-tiny.md").contains("0.5000 (0.5001, FAIL)"),
        "the page is written all the same");
  }

  @Test
  void ourNumbersHoldInBothDirections() throws IOException {
    regress(CONFIG + OURS);
    Shell shell = regress(CONFIG + OURS.replace("AP: 0.5", "AP: 0.4989"), "-rerank");
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(
        shell.out().contains("expected 0.4989  measured 0.5000  tolerance 0.001"), shell.out());
  }

  @Test
  void anIndexThatIsThereIsUsedIfItIsTheRegressions() throws IOException {
    assertTrue(regress(CONFIG, "-index").err().contains("lucerna index -collection"));
    Shell second = regress(CONFIG, "-index");
    assertTrue(second.err().contains("lucene-inverted.tiny exists; not built again"), second.err());
    assertFalse(second.err().contains("lucerna index"), second.err());
    assertEquals(4, second.out().lines().filter(l -> l.startsWith("OK ")).count(), second.out());
    write("corpora/tiny/more.jsonl", "{\"id\": \"e\", \"contents\": \"red\"}\n");
    Shell other = regress(CONFIG.replace("documents: 4", "documents: 5"), "-index");
    assertTrue(other.err().contains("not that of the regression; built again"), other.err());
    assertEquals(ExitCode.FAILED, other.code(), "non-empty documents are 5 too, 4 are expected");
    assertTrue(
        other.out().contains("FAIL  index                 -           documents (non-empty)  "),
        other.out());
  }

  /** Numbers that other options do not change, or that are not there, say nothing. */
  @Test
  void anIndexIsUsedOnlyIfTheRegressionsCommandBuiltIt() throws IOException {
    String again = "lucene-inverted.tiny was not built by the regression's command; built again";
    String used = "lucene-inverted.tiny exists; not built again";
    String plain = CONFIG.replaceFirst("(?s)index_stats:.*?metrics:", "metrics:");
    String stems = "-stemmer none -optimize";
    Path command = folder.resolve("out/indexes/lucene-inverted.tiny.command");
    for (String config : List.of(CONFIG, plain)) {
      assertEquals(ExitCode.DONE, regress(config, "-index").code());
      Shell changed = regress(config.replace("-optimize", stems), "-index");
      assertEquals(ExitCode.DONE, changed.code(), changed.err());
      assertTrue(changed.err().contains(again), changed.err());
      assertTrue(Files.readString(command).contains(" -threads 1 "), "as the page has it");
      assertTrue(Files.readString(command).endsWith(" " + stems + "\n"), "as the page has it");
      // What an interrupted one leaves.
      Files.writeString(command, "");
      Shell interrupted = regress(config.replace("-optimize", stems), "-index", "-threads", "2");
      assertTrue(interrupted.err().contains(again), interrupted.err());
      Shell same = regress(config.replace("-optimize", stems), "-index");
      assertTrue(same.err().contains(used), same.err());
    }
    Files.delete(command);
    Shell unknown = regress(plain, "-index");
    assertTrue(
        unknown
            .err()
            .contains("cannot be compared, and nothing says how it was built; built again"),
        unknown.err());
    Files.delete(command);
    assertTrue(regress(CONFIG, "-index").err().contains(used), "its numbers are compared");
  }

  @Test
  void anIndexIsUsedWithoutItsDocuments() throws IOException {
    assertEquals(ExitCode.DONE, regress(CONFIG, "-index").code());
    Files.move(folder.resolve("corpora"), folder.resolve("elsewhere"));
    Shell used = regress(CONFIG, "-index");
    assertEquals(ExitCode.DONE, used.code(), used.err());
    Shell changed = regress(CONFIG.replace("-optimize", "-stemmer none -optimize"), "-index");
    assertEquals(ExitCode.INPUT, changed.code(), changed.err());
    assertTrue(
        changed
            .err()
            .contains(
                "the index was not built by the regression's command, and its documents are not"
                    + " here"),
        changed.err());
  }

  @Test
  void rerankIsAConversionOfAnserinisRunner() throws IOException {
    String conversion =
        """
        conversions:
          - command: ./lucerna rerank
            params: -rerank.model fake --topics %s --topicReader TsvInt
            in_file_ext: ""
            out_file_ext: .fake
        """
            .replace("%s", path("topics.tiny.tsv"));
    String run = "out/runs/run.inverted.tiny.tiny.bm25";
    Shell shell = regress(CONFIG + conversion);
    assertEquals(ExitCode.DONE, shell.code(), shell.out() + shell.err());
    assertTrue(
        shell
            .err()
            .contains(
                "lucerna rerank --index "
                    + path("out")
                    + "/indexes/lucene-inverted.tiny/ --topics tiny --input "
                    + path(run)
                    + " --output "
                    + path(run)
                    + ".fake -rerank.model fake"),
        shell.err());
    Shell direct =
        Shell.run(
            "rerank",
            "--index",
            path("out/indexes/lucene-inverted.tiny/"),
            "--topics",
            path("topics.tiny.tsv"),
            "--input",
            path(run),
            "--output",
            path("direct.txt"),
            "--rerank.model",
            "fake");
    assertEquals(ExitCode.DONE, direct.code(), direct.err());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("direct.txt")),
        Files.readAllBytes(folder.resolve(run + ".fake")));
    String evaluated =
        Shell.succeed(
                "eval",
                "-c",
                "-M",
                "1000",
                "-m",
                "map",
                path("qrels.tiny.txt"),
                path(run + ".fake"))
            .out();
    assertTrue(
        shell.out().contains("measured " + evaluated.strip().split("\t")[2] + " "), shell.out());
  }

  @Test
  void interventionsAreThoseOfRerank() throws IOException {
    String ours =
        """
        lucerna:
          rerank:
            - name: cross
              first: bm25
              model: %s
              depth: 3
              interventions:
                - name: head
                  spec: zero blocks.0.attn.hook_z head=1
                  results: {AP: 0.5}
                  tolerance: 1
                - name: two
                  spec:
                    - zero blocks.0.attn.hook_z head=0
                    - {do: set, points: hook_score, to: 3}
                  results: {AP: 0.5}
                  tolerance: 1
        """
            .replace("%s", CROSS);
    Shell shell = regress(CONFIG + ours);
    assertEquals(ExitCode.DONE, shell.code(), shell.out() + shell.err());
    assertTrue(shell.err().contains("zero blocks.0.attn.hook_z head=1: 3 of 3 texts"), shell.err());
    assertEquals(
        2, shell.out().lines().filter(l -> l.matches("OK    cross\\.(head|two) .*")).count());
    assertTrue(
        read("out/regressions-tiny.md").contains("-intervene 'zero blocks.0.attn.hook_z head=1'"));
  }

  @Test
  void dryRunPrintsTheCommandsThatGiveTheSame() throws IOException {
    Shell dry = regress(CONFIG + OURS, "-dryRun");
    assertEquals(ExitCode.DONE, dry.code(), dry.err());
    assertFalse(Files.exists(folder.resolve("out")));
    List<String> lines = dry.out().lines().toList();
    assertEquals(6, lines.size(), dry.out());
    Files.createDirectories(folder.resolve("out/runs"));
    Files.createDirectories(folder.resolve("out/indexes"));
    String last = "";
    for (String line : lines) {
      last = Shell.succeed(line.substring("./lucerna ".length()).split(" ")).out();
    }
    assertEquals("0.0000", last.strip().split("\t")[2]);
    String run = "out/runs/run.inverted.tiny.tiny.fake";
    String byHand = read(run);
    assertEquals(ExitCode.DONE, regress(CONFIG + OURS).code());
    assertEquals(byHand, read(run));
  }

  private void fails(ExitCode code, String message, Shell shell) {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(shell.err().contains("\tat "), "no trace expected: " + shell.err());
    assertFalse(Files.exists(folder.resolve("out")), "nothing is begun");
  }

  @Test
  void brokenFilesAreNamedWithLineOrKey() throws IOException {
    String head = CONFIG.replace("corpus: tiny", "corpus: [tiny");
    fails(ExitCode.INPUT, "tiny.yaml:2:", regress(head));
    fails(ExitCode.INPUT, "tiny.yaml: expected a mapping", regress("- a\n"));
    String[][] faults = {
      {"corpus: tiny\n", "", "tiny.yaml: corpus: missing"},
      {"    params: -bm25\n", "", "tiny.yaml: models[0].params: missing"},
      {"precision: 4", "precision: -4", "metrics[0].metric_precision: must be in 0..15, got -4"},
      {"index_threads: 1", "index_threads: one", "index_threads: expected a whole number"},
      {"        - 0.3333\n", "        - 0.1\n        - 0.2\n", "models[0].results.AP: 2 values"},
      {"      AP:\n", "      MAP:\n", "models[0].results.AP: missing; there are MAP"},
      {"first: bm25", "first: ql", "lucerna.rerank[0].first: no model is called ql"},
      {"depth: 10", "dept: 10", "lucerna.rerank[0].dept: unknown key; did you mean depth?"},
      {"depth: 10", "depth: 0", "lucerna.rerank[0].depth: must be at least 1"},
      {"name: fake", "name: a/b", "lucerna.rerank[0].name: must be of letters"},
      {"name: fake", "name: bm25", "lucerna.rerank[0].name: a second ranking is called bm25"},
      {"P@1: [0.0]", "Q@1: 0", "lucerna.rerank[0].results.Q@1: is neither a metric"},
      {"P@1: [0.0]", "P@1: [0, 1]", "lucerna.rerank[0].results.P@1: 2 values for 1 sets"},
      {"depth: 10", "depth: 10\n      clean: html", "lucerna.rerank[0].clean: "},
      {
        "depth: 10",
        "depth: 10\n      interventions: [{name: x, spec: zero hook_scor hed=1}]",
        "lucerna.rerank[0].interventions[0].spec: "
      },
    };
    for (String[] fault : faults) {
      String config = CONFIG + OURS;
      assertTrue(config.contains(fault[0]), fault[0]);
      fails(ExitCode.INPUT, fault[2], regress(config.replace(fault[0], fault[1])));
    }
  }

  @Test
  void whatCannotBeRunIsSaidBeforeAnythingIs() throws IOException {
    String[][] obstacles = {
      {
        "bin/trec_eval", "tools/eval/gdeval.pl", "metric AP: unknown command 'tools/eval/gdeval.pl'"
      },
      {"-m map", "-m mop", "metric AP: "},
      {"qrels.tiny.txt", "none.txt", "qrels of tiny: no file none.txt in "},
      {"topics.tiny.tsv", "none.tsv", "topics of tiny: no file none.tsv in "},
      {"corpora/tiny", "corpora/none", "corpus tiny: no folder corpora/none/ in "},
      {"index_threads", "index_type: hnsw\nindex_threads", "index_type hnsw: "},
      {"    qrel: qrels.tiny.txt\n", "", "topics tiny: no qrel"},
      {
        "metrics:",
        "conversions: [{command: python -m convert}]\nmetrics:",
        "conversion 'python -m convert': only 'lucerna rerank' is run"
      },
    };
    for (String[] obstacle : obstacles) {
      assertTrue(CONFIG.contains(obstacle[0]), obstacle[0]);
      fails(ExitCode.INPUT, obstacle[2], regress(CONFIG.replace(obstacle[0], obstacle[1])));
    }
    fails(
        ExitCode.INPUT,
        "a reproduction over prebuilt indexes (1 condition, 1 score)",
        regress(
            "conditions: [{name: a, command: b, topics: [{topic_key: t, eval_key: e, scores:"
                + " [{AP: 0.1}]}]}]\n"));
  }

  @Test
  void wrongUsageIsNamed() throws IOException {
    fails(ExitCode.USAGE, "give -config or -regression", Shell.run("regress"));
    fails(
        ExitCode.INPUT,
        "none: no such regression; there are bundled, cacm, cacm-heads",
        Shell.run("regress", "-regression", "none"));
    fails(
        ExitCode.INPUT,
        "no.yaml: no such file",
        Shell.run("regress", "-config", path("no.yaml"), "-output", path("out")));
    fails(ExitCode.USAGE, "-threads must be at least 1, got 0", regress(CONFIG, "-threads", "0"));
    write("tiny.yaml", CONFIG + OURS);
    Shell alone = regress(CONFIG + OURS, "-rerank");
    fails(ExitCode.INPUT, "run.inverted.tiny.tiny.bm25: no such run; -search makes it", alone);
  }

  @Test
  void theShippedOnesAreListedAndMakePlans() {
    Shell list = Shell.succeed("regress", "-list");
    assertTrue(list.out().matches("(?s)bundled +The .*\ncacm +CACM.*\ncacm-heads +CACM.*\n.*"));
    for (String name : List.of("bundled", "cacm", "cacm-heads", "anserini/cacm")) {
      Shell dry = Shell.succeed("regress", "-regression", name, "-dryRun");
      String first = dry.out().lines().findFirst().orElseThrow();
      assertTrue(first.matches("./lucerna index -collection (bundled|cacm) .*"), first);
    }
  }
}
