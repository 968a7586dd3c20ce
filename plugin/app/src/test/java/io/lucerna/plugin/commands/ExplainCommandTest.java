package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.NumpyVectors;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

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

  /** In fp32 a model of this size computes queries, keys and values as one map. */
  @Test
  void biasesAreSharedAlikeInBothPrecisions() throws IOException {
    Files.writeString(
        folder.resolve("one.tsv"), "qid\tquery\tdocid\ttext\n1\ttime sharing\ta\tshared memory\n");
    List<JsonNode> found = new ArrayList<>();
    for (String precision : List.of("fp32", "fp64")) {
      Path output = folder.resolve(precision);
      Shell.succeed(
          "explain",
          "-model",
          "minilm",
          "-pairs",
          folder.resolve("one.tsv").toString(),
          "-bias",
          "absdot",
          "-precision",
          precision,
          "-output",
          output.toString());
      found.add(new ObjectMapper().readTree(output.resolve("explanation.json").toFile()));
    }
    JsonNode fast = found.getFirst().at("/0/sides/1/by_token/tokens");
    JsonNode exact = found.getLast().at("/0/sides/1/by_token/tokens");
    assertTrue(exact.size() > 2);
    for (int i = 0; i < exact.size(); i++) {
      assertEquals(exact.path(i).asDouble(), fast.path(i).asDouble(), 1e-5, "token " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({"bert-cross,own", "bert-bi,own", "bert-bi,absdot"})
  void theFileAddsUp(String model, String bias) throws IOException {
    Path output = folder.resolve("explained");
    Shell shell = explain(model, "-output", output.toString(), "-bias", bias);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    JsonNode pairs = new ObjectMapper().readTree(output.resolve("explanation.json").toFile());
    assertEquals(3, pairs.size());
    for (JsonNode pair : pairs) {
      float score = (float) pair.path("score").asDouble();
      assertTrue(shell.out().contains("score " + Float.toString(score)), "prints " + score);
      assertEquals(model.equals("bert-bi") ? 2 : 1, pair.path("sides").size());
      for (JsonNode side : pair.path("sides")) {
        assertEquals(bias.equals("own"), side.at("/by_token/biases").asDouble() != 0);
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
    JsonNode last = pairs.path(2).path("sides").path(model.equals("bert-bi") ? 1 : 0);
    String name = "3." + last.path("side").asText() + ".by_token.npy";
    double[] array = NumpyVectors.read(output.resolve("arrays").resolve(name)).rows()[0];
    int tokens = last.path("tokens").size();
    assertEquals(tokens + 1, array.length);
    assertEquals(last.at("/by_token/biases").asDouble(), array[tokens]);
    assertEquals(last.at("/by_token/tokens/0").asDouble(), array[0]);
  }

  /** What a page shows, as XML: its script and data apart. */
  private static Document page(String html) throws Exception {
    String xml =
        html.replaceAll("(?s)<script.*?</script>|<style>.*?</style>|<!DOCTYPE html>", "")
            .replaceAll("<meta ([^>]*)>", "<meta $1/>");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static double wordsOf(JsonNode numbers) {
    double sum = 0;
    for (JsonNode number : numbers) {
      sum += number.asDouble();
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-bi", "families/bert-colbert", "families/bert-mlm-splade"})
  void thePageHasTheNumbersOfTheFile(String model) throws Exception {
    Path output = folder.resolve("explained");
    Files.createDirectories(output);
    Files.writeString(output.resolve("words.9.svg"), "of an earlier one");
    Shell shell = explain(model, "-topic", "1", "-docid", "a,b", "-output", output.toString());
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    JsonNode pairs = new ObjectMapper().readTree(output.resolve("explanation.json").toFile());
    String html = Files.readString(output.resolve("explanation.html"));
    NodeList buttons = page(html).getElementsByTagName("button");
    int components = 0;
    double shown = 0;
    double expected = 0;
    for (JsonNode pair : pairs) {
      for (JsonNode side : pair.path("sides")) {
        components += side.path("components").size();
        expected += wordsOf(side.path("components")) + wordsOf(side.at("/by_token/tokens"));
      }
    }
    for (int i = 0; i < buttons.getLength(); i++) {
      Element button = (Element) buttons.item(i);
      components -= button.getAttribute("class").equals("c") ? 1 : 0;
      shown +=
          button.getAttribute("class").startsWith("t")
              ? 0
              : Double.parseDouble(button.getAttribute("data-adds"));
    }
    assertEquals(0, components);
    assertEquals(expected, shown, 1e-9);
    String json = html.replaceAll("(?s).*id=\"data\">(.*?)</script>.*", "$1");
    JsonNode data = new ObjectMapper().readTree(json);
    JsonNode one = data.at("/docs/0/sides/1");
    JsonNode side = pairs.at("/0/sides/1");
    for (int i = 0; i < one.path("components").size(); i++) {
      String name = one.path("components").path(i).asText();
      assertEquals(side.path("components").path(name), one.path("component_adds").path(i), name);
      assertEquals(
          sum(side.path("by_component_and_token").path(name)),
          wordsOf(one.path("by_component").path(i))
              + one.path("component_biases").path(i).asDouble(),
          1e-12);
    }
    assertFalse(html.matches("(?s).*(https?:|src=|href=|url\\().*"), "refers to something");
    assertEquals(3, html.split("<script", -1).length);
    assertFalse(Files.exists(output.resolve("words.9.svg")));
    try (Stream<Path> files = Files.list(output)) {
      for (Path svg : files.filter(f -> f.toString().endsWith(".svg")).toList()) {
        page(Files.readString(svg));
      }
    }
    assertTrue(Files.exists(output.resolve("words.difference.svg")));
  }

  @Test
  void hostileTextIsText() throws Exception {
    Path output = folder.resolve("explained");
    String text = "</script><script>alert(1)</script> <b onclick='x'>\u202e";
    Shell shell =
        Shell.run(
            "explain",
            "-model",
            Checkout.model("bert-cross"),
            "-query",
            text,
            "-passage",
            text,
            "-output",
            output.toString());
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String html = Files.readString(output.resolve("explanation.html"));
    assertEquals(3, html.split("<script", -1).length);
    assertEquals(0, page(html).getElementsByTagName("b").getLength());
    assertFalse(html.contains("\u202e"));
  }

  @Test
  void aWordShowsItsComponentsInABrowser() throws Exception {
    Path output = folder.resolve("explained");
    explain("bert-bi", "-topic", "1", "-docid", "a,b", "-output", output.toString());
    Optional<Browser> installed = Browser.start();
    assumeTrue(installed.isPresent());
    try (Browser browser = installed.orElseThrow()) {
      browser.open(output.resolve("explanation.html"));
      String row = "document.getElementById('row').textContent";
      String choose = "document.querySelector('[data-side=\"1\"] button.%s').focus(); return ";
      String word = browser.run(choose.replace("%s", "w") + row).asText();
      assertTrue(word.startsWith("[CLS] (passage of a) adds "), word);
      assertTrue(word.contains("through L"), word);
      String component = browser.run(choose.replace("%s", "c") + row).asText();
      assertTrue(component.startsWith("L0H0 (passage of a) adds "), component);
      assertEquals(List.of(), browser.console());
      assertTrue(
          browser
              .run("return document.documentElement.scrollWidth <= window.innerWidth")
              .asBoolean(),
          "nothing is wider than the window");
    }
  }

  @Test
  void wordsAreThoseOfTheTextAndTwoPassagesAreCompared() throws IOException {
    Shell shell = explain("bert-cross", "-topic", "1", "-docid", "a,b");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.out().contains("Time "), shell.out());
    assertTrue(shell.out().matches("(?s).*\na (above|below) b: .*"), shell.out());
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
    for (String ids : List.of("a,a", "a,b,c", "a,")) {
      Shell refused = explain("bert-cross", "-topic", "1", "-docid", ids);
      assertEquals(ExitCode.USAGE, refused.code());
      assertTrue(refused.err().contains("-docid must be one id, or two different"), refused.err());
    }
    Shell rule = explain("bert-cross", "-bias", "none");
    assertEquals(ExitCode.USAGE, rule.code());
    assertTrue(rule.err().contains("biases are own or absdot, got none"), rule.err());
    assertEquals(ExitCode.USAGE, explain("bert-cross", "-topic", "1").code());
    assertEquals(ExitCode.USAGE, Shell.run("explain", "-query", "a").code());
    assertEquals(ExitCode.USAGE, Shell.run("explain", "-model", "minilm").code());
  }
}
