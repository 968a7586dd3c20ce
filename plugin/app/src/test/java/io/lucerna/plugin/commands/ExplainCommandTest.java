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

class ExplainCommandTest {
  private static final String PAIRS =
      """
      qid\tquery\tdocid\ttext
      1\ttime sharing\tb\tthe capital shares time
      1\ttime sharing\ta\tTime-sharing with memory
      2\tdisk\ta\t
      """;

  @TempDir Path folder;

  private Shell explain(String model, String... more) throws IOException {
    Files.writeString(folder.resolve("pairs.tsv"), PAIRS);
    List<String> words =
        new ArrayList<>(
            List.of(
                "explain",
                "-model",
                Checkout.model(model),
                "-pairs",
                folder.resolve("pairs.tsv").toString()));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  private static double sum(JsonNode shares) {
    double sum = shares.path("biases").asDouble();
    for (JsonNode token : shares.path("tokens")) {
      sum += token.asDouble();
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void theFileAddsUp(String model) throws IOException {
    Path output = folder.resolve("explained");
    Shell shell = explain(model, "-output", output.toString());
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    JsonNode pairs = new ObjectMapper().readTree(output.resolve("explanation.json").toFile());
    assertEquals(3, pairs.size());
    for (JsonNode pair : pairs) {
      float score = (float) pair.path("score").asDouble();
      assertTrue(shell.out().contains("score " + Float.toString(score)), "prints " + score);
      assertEquals(model.equals("bert-bi") ? 2 : 1, pair.path("sides").size());
      for (JsonNode side : pair.path("sides")) {
        double byToken = sum(side.path("by_token"));
        assertEquals(score, byToken, 1e-5);
        assertEquals(score - byToken, side.path("residual").asDouble(), 1e-12);
        double written = sum(side.path("embeddings"));
        for (JsonNode component : side.path("components")) {
          written += component.asDouble();
        }
        assertEquals(score, written, 1e-5);
        side.path("by_component_and_token")
            .properties()
            .forEach(
                entry ->
                    assertEquals(
                        side.path("components").path(entry.getKey()).asDouble(),
                        sum(entry.getValue()),
                        1e-5,
                        entry.getKey()));
      }
      double inPairs = 0;
      for (JsonNode row : pair.path("pairs")) {
        for (JsonNode value : row) {
          inPairs += value.asDouble();
        }
      }
      assertEquals(model.equals("bert-bi") ? score : 0, inPairs, 1e-5);
    }
    assertTrue(Files.exists(output.resolve("explanation.json.meta.json")));
  }

  @Test
  void wordsAreThoseOfTheTextAndTwoPassagesAreCompared() throws IOException {
    Shell shell = explain("bert-cross", "-topic", "1", "-docid", "a,b");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.out().contains("Time "), shell.out());
    assertTrue(shell.out().contains("a above b: "), shell.out());
    assertTrue(shell.out().contains("(biases)"), shell.out());
    assertFalse(shell.out().contains("disk"), shell.out());
  }

  @Test
  void whatIsNotThereIsNamed() throws IOException {
    Shell shell = explain("bert-cross", "-topic", "1", "-docid", "a,c");
    assertEquals(ExitCode.INPUT, shell.code());
    assertTrue(
        shell.err().contains("topic 1 has no candidate 'c' among the 2 passages that are read"),
        shell.err());
    Shell topic = explain("bert-cross", "-topic", "9", "-docid", "a");
    assertEquals(ExitCode.INPUT, topic.code());
    assertTrue(topic.err().contains("there is no topic 9"), topic.err());
    assertEquals(ExitCode.USAGE, explain("bert-cross", "-topic", "1").code());
    assertEquals(ExitCode.USAGE, Shell.run("explain", "-query", "a").code());
    assertEquals(ExitCode.USAGE, Shell.run("explain", "-model", "minilm").code());
  }
}
