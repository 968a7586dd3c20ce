package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.work.Hashes;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RerankCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    write("topics.tsv", "7\tred lamp\n8\tblue boat\n9\tno hits\n");
    write(
        "corpus.jsonl",
        """
        {"id": "a", "contents": "the red lamp stands on a table"}
        {"_id": "b", "title": "red", "text": "lamp"}
        {"id": "c", "contents": "red paint"}
        {"id": "d", "contents": ""}
        {"id": "e", "contents": "a blue boat"}
        """);
    write(
        "run.txt",
        """
        8 Q0 e 1 5.5 bm25
        7 Q0 a 1 4 bm25
        7 Q0 d 2 3 bm25
        7 Q0 b 3 2 bm25
        7 Q0 c 4 1 bm25
        """);
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell rerank(String... more) {
    return rerankInput("run.txt", more);
  }

  private Shell rerankInput(String input, String... more) {
    String[] base = {
      "rerank",
      "-rerank.model",
      "fake",
      "--topics",
      path("topics.tsv"),
      "--input",
      path(input),
      "--output",
      path("out.txt"),
      "--corpus",
      path("corpus.jsonl")
    };
    return Shell.run(
        Stream.concat(Arrays.stream(base), Arrays.stream(more)).toArray(String[]::new));
  }

  @Test
  void ordersByTheModelInTheOrderOfTheRunsTopics() throws IOException {
    Shell shell = rerank();
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Run run = Run.read(folder.resolve("out.txt"));
    assertEquals(List.of("8", "7"), List.copyOf(run.topics()));
    assertEquals(List.of("b", "c", "a", "d"), run.ranking("7").orElseThrow().docnos());
    assertEquals(1f, run.ranking("7").orElseThrow().score(0));
    assertTrue(shell.err().contains("1 of 3 topics without hits in the run: 9"), shell.err());
    assertTrue(shell.err().contains("reranked 2 topics, 5 passages with fake"), shell.err());
    assertTrue(shell.err().contains("1 empty"), shell.err());
    assertEquals("", shell.out());
  }

  @Test
  void documentsBelowTheDepthStayBelowInTheirOrder() throws IOException {
    assertEquals(ExitCode.DONE, rerank("-rerank.depth", "2").code());
    Run run = Run.read(folder.resolve("out.txt"));
    assertEquals(List.of("a", "d", "b", "c"), run.ranking("7").orElseThrow().docnos());
  }

  @Test
  void provenanceNamesInputsModelAndCounts() throws IOException {
    assertEquals(ExitCode.DONE, rerank("-rerank.maxLength", "6").code());
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.txt.meta.json").toFile());
    assertEquals("fake", meta.at("/model/name").asText());
    assertEquals(Hashes.sha256(folder.resolve("run.txt")), meta.at("/run/sha256").asText());
    assertEquals(Hashes.sha256(folder.resolve("topics.tsv")), meta.at("/topics/sha256").asText());
    assertEquals(Hashes.sha256(folder.resolve("corpus.jsonl")), meta.at("/texts/sha256").asText());
    assertEquals(5, meta.at("/counts/scored").asInt());
    assertEquals(1, meta.at("/counts/truncated").asInt());
    assertEquals("1.5.0", meta.at("/versions/Anserini").asText());
    assertEquals("rerank", meta.at("/command/0").asText());
  }

  @Test
  void msMarcoFormat() throws IOException {
    assertEquals(ExitCode.DONE, rerank("-format", "msmarco").code());
    assertEquals(
        "8\te\t1\n7\tb\t1\n7\tc\t2\n7\ta\t3\n7\td\t4\n",
        Files.readString(folder.resolve("out.txt")));
  }

  @Test
  void readsAndWritesRequests() throws IOException {
    write(
        "requests.jsonl",
        """
        {"query": {"qid": 7, "text": "red lamp"}, "candidates": [\
        {"docid": "x", "score": 9.5, "doc": {"title": "a", "text": "tall red lamp", "url": "u"}},\
        {"docid": "y", "score": 8.5, "doc": {"segment": "red lamp"}}]}
        """);
    Shell shell =
        Shell.run(
            "rerank",
            "-rerank.model",
            "fake",
            "-input",
            path("requests.jsonl"),
            "-output",
            path("out.jsonl"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    JsonNode request = new ObjectMapper().readTree(folder.resolve("out.jsonl").toFile());
    assertTrue(request.at("/query/qid").isInt(), "the query goes out as it came in");
    assertEquals("y", request.at("/candidates/0/docid").asText());
    assertEquals(1f, request.at("/candidates/0/score").floatValue());
    assertEquals("u", request.at("/candidates/1/doc/url").asText());
  }

  @Test
  void writesRequestsFromARun() throws IOException {
    Shell shell =
        Shell.run(
            "rerank",
            "-rerank.model",
            "fake",
            "-topics",
            path("topics.tsv"),
            "-run",
            path("run.txt"),
            "-corpus",
            path("corpus.jsonl"),
            "-output",
            path("out.jsonl"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String second = Files.readAllLines(folder.resolve("out.jsonl")).get(1);
    JsonNode request = new ObjectMapper().readTree(second);
    assertEquals("7", request.at("/query/qid").asText());
    assertEquals("red lamp", request.at("/candidates/0/doc/contents").asText());
  }

  private void fails(ExitCode code, String message, Shell shell) throws IOException {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(shell.err().contains("\tat "), "no trace expected: " + shell.err());
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(
          files.noneMatch(f -> f.getFileName().toString().startsWith("out.")),
          "no output expected");
    }
  }

  @Test
  void brokenInputsAreNamed() throws IOException {
    write("bad.txt", "7 Q0 a 1 4 bm25\n7 Q0 a 2 3 bm25\n");
    fails(ExitCode.INPUT, "bad.txt:2: document a occurs twice for topic 7", rerankInput("bad.txt"));
    write("bad.txt", "7 Q0 a 1 four bm25\n");
    fails(ExitCode.INPUT, "bad.txt:1: score 'four' is not a", rerankInput("bad.txt"));
    write("bad.txt", "6 Q0 a 1 4 bm25\n");
    fails(ExitCode.INPUT, "topic 6 of the run is not in", rerankInput("bad.txt"));
    write("bad.txt", "7 Q0 zz 1 4 bm25\n");
    fails(ExitCode.INPUT, "document zz of the run is not in the corpus", rerankInput("bad.txt"));
    fails(ExitCode.INPUT, "none.txt: no such file or folder", rerankInput("none.txt"));
    write("bad.jsonl", "{\"query\": {}}\n");
    fails(ExitCode.INPUT, "bad.jsonl:1: expected {\"query\"", rerankInput("bad.jsonl"));
    write("topics.tsv", "7 red lamp\n");
    fails(ExitCode.INPUT, "topics.tsv", rerank());
    write("topics.tsv", "7\tred boom\n8\tx\n");
    fails(ExitCode.USAGE, "topic 7: the query is too long", rerank());
  }

  @Test
  void brokenCorpusIsNamed() throws IOException {
    write("corpus.jsonl", "{\"id\": \"a\"}\n");
    fails(ExitCode.INPUT, "corpus.jsonl:1: document a has no text", rerank());
    write("corpus.jsonl", "{\"contents\": \"a\"}\n");
    fails(ExitCode.INPUT, "corpus.jsonl:1: no document id", rerank());
    write("corpus.jsonl", "\n{\"id\": \n");
    fails(ExitCode.INPUT, "corpus.jsonl:2: not JSON", rerank());
    write(
        "corpus.jsonl",
        "{\"id\": \"a\", \"contents\": \"x\"}\n{\"id\": \"a\", \"contents\": \"y\"}\n");
    fails(ExitCode.INPUT, "corpus.jsonl:2: document a occurs twice", rerank());
  }

  @Test
  void wrongValuesAreNamed() throws IOException {
    fails(ExitCode.USAGE, "-rerank.depth must be at least 1, got 0", rerank("-rerank.depth", "0"));
    fails(ExitCode.USAGE, "batch size must be at least 1, got 0", rerank("-rerank.batch", "0"));
    fails(ExitCode.USAGE, "use none, markup or cacm", rerank("-passage.clean", "html"));
    fails(ExitCode.USAGE, "-format must be trec or msmarco, got x", rerank("-format", "x"));
    fails(ExitCode.USAGE, "-runtag must be one word", rerank("-runtag", "a b"));
    fails(
        ExitCode.USAGE,
        "label must be 0, 1, difference or logprob, got 2",
        rerank("-rerank.label", "2"));
    Shell missing =
        Shell.run(
            "rerank",
            "-run",
            path("run.txt"),
            "-output",
            path("out.txt"),
            "-topics",
            path("topics.tsv"));
    fails(ExitCode.USAGE, "give -index or -corpus", missing);
  }

  @Test
  void aFailureLeavesAnEarlierOutputAsItWas() throws IOException {
    assertEquals(ExitCode.DONE, rerank().code());
    String before = Files.readString(folder.resolve("out.txt"));
    write("topics.tsv", "7\tred boom\n8\tblue\n");
    assertEquals(ExitCode.USAGE, rerank().code());
    assertEquals(before, Files.readString(folder.resolve("out.txt")));
  }

  @Test
  void theTagIsTheModelsLabelUnlessAnotherIsGiven() throws IOException {
    String[] words = {
      "rerank",
      "-model",
      Checkout.model("bert-bi"),
      "-model.label",
      "Tiny (two layers)",
      "-topics",
      path("topics.tsv"),
      "-run",
      path("run.txt"),
      "-corpus",
      path("corpus.jsonl"),
      "-output",
      path("out.txt")
    };
    String[] blank = words.clone();
    blank[4] = " ";
    fails(ExitCode.USAGE, "a model's label must be one line that is not blank", Shell.run(blank));
    Shell.succeed(words);
    assertEquals("Tiny_two_layers_", Run.read(folder.resolve("out.txt")).tag());
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.txt.meta.json").toFile());
    assertEquals(Checkout.model("bert-bi"), meta.at("/model/name").asText());
    assertEquals("Tiny (two layers)", meta.at("/model/label").asText());
    Shell.succeed(
        Stream.concat(Arrays.stream(words), Stream.of("-runtag", "mine")).toArray(String[]::new));
    assertEquals("mine", Run.read(folder.resolve("out.txt")).tag());
  }
}
