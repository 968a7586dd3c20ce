package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first hits of a run are explained. */
class ExplainedHitsTest {
  private static final String REQUESTS =
      """
      {"query": {"qid": "1", "text": "time sharing"}, "candidates": [\
      {"docid": "a", "score": 3, "doc": "the capital shares time"},\
      {"docid": "b", "score": 2, "doc": "memory and disk"},\
      {"docid": "c", "score": 1, "doc": "Time-sharing with memory"}]}
      {"query": {"qid": "2", "text": "disk"}, "candidates": [\
      {"docid": "b", "score": 2, "doc": "memory and disk"}]}
      """;

  @TempDir Path folder;

  private Shell rerank(String model, String... more) throws IOException {
    Path requests = Files.writeString(folder.resolve("requests.jsonl"), REQUESTS);
    List<String> words = new ArrayList<>(List.of("rerank", "-rerank.model", model));
    words.addAll(List.of("-input", requests.toString()));
    words.addAll(List.of("-output", folder.resolve("run").toString()));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  /** Details of a node that says so add up to it, as floats. */
  private static int sumsUp(JsonNode node) {
    int sums = 0;
    double sum = 0;
    for (JsonNode detail : node.path("details")) {
      sums += sumsUp(detail);
      sum += detail.path("value").floatValue();
    }
    if (node.path("description").asText().endsWith("sum of:")) {
      float value = node.path("value").floatValue();
      assertEquals(value, (float) sum, 1e-6f * Math.max(1, Math.abs(value)), node.toString());
      sums++;
    }
    return sums;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void rootsAreTheScoresOfTheRun(String model) throws IOException {
    Shell shell = rerank(Checkout.model(model), "-explain", "2");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    List<String> run = Files.readAllLines(folder.resolve("run"));
    List<String> lines = Files.readAllLines(folder.resolve("run.explain.jsonl"));
    List<String> ranked =
        run.stream().filter(line -> Integer.parseInt(line.split(" ")[3]) <= 2).toList();
    assertEquals(3, lines.size());
    assertEquals(ranked.size(), lines.size());
    String text = Files.readString(folder.resolve("run.explain.txt"));
    for (int i = 0; i < lines.size(); i++) {
      String[] hit = ranked.get(i).split(" ");
      JsonNode tree = new ObjectMapper().readTree(lines.get(i));
      assertEquals(hit[0], tree.path("qid").asText());
      assertEquals(hit[2], tree.path("docid").asText());
      assertEquals(hit[3], tree.path("rank").asText());
      assertEquals(Float.parseFloat(hit[4]), tree.at("/explanation/value").floatValue());
      assertTrue(sumsUp(tree.path("explanation")) > 1, "nothing is divided");
      assertTrue(text.contains("topic " + hit[0] + ", rank " + hit[3] + ", " + hit[2]), text);
    }
    assertTrue(text.contains("first-stage score, rank 1"), text);
    assertTrue(shell.err().contains("3 hits explained in "), shell.err());
  }

  @Test
  void aNumberNeedNotBeGiven() throws IOException {
    assertEquals(
        ExitCode.DONE, rerank(Checkout.model("bert-bi"), "-explain", "-depth", "2").code());
    assertEquals(3, Files.readAllLines(folder.resolve("run.explain.jsonl")).size(), "2 and 1");
  }

  private static void refused(String why, Shell shell) {
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    assertTrue(shell.err().contains(why), shell.err());
  }

  @Test
  void whatCannotBeExplainedIsRefused() throws IOException {
    String model = Checkout.model("bert-bi");
    refused("-explain must be at least 1, got 0", rerank(model, "-explain", "0"));
    refused("-explain must be a number of hits", rerank(model, "-explain", "99999999999"));
    refused("-explain needs a -rerank.model", rerank("none", "-explain"));
    refused(
        "cannot be combined with -intervene",
        rerank(model, "-explain", "-intervene", "zero blocks.0.attn.hook_z head=0"));
    refused(
        "-explain needs a -rerank.model",
        Shell.run("search", "-index", "i", "-topics", "t", "-output", "o", "-bm25", "-explain"));
    assertFalse(Files.exists(folder.resolve("run")));
  }
}
