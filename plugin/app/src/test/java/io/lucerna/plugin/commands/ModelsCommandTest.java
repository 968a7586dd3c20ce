package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.models.ModelRows;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {
  private static final String CROSS = Checkout.model("bert-cross");

  @Test
  void aBiEncodersInputsAreShownTokenByToken() {
    Shell shell =
        Shell.succeed(
            "models",
            "-model",
            "minilm",
            "-show-input",
            "-query",
            "Oil lamps",
            "-passage",
            "A lamp's oil");
    assertEquals(
        List.of(
            "input: [CLS] {query} [SEP] and [CLS] {passage} [SEP]",
            "",
            "query: 4 tokens; the limit is 256",
            "[CLS] oil lamps [SEP]",
            "",
            "position       id  piece  type  role",
            "       0      101  [CLS]     0  cls",
            "       1     3514  oil       0  query",
            "       2    14186  lamps     0  query",
            "       3      102  [SEP]     0  sep",
            "",
            "passage: 7 tokens; the limit is 256",
            "[CLS] a lamp ' s oil [SEP]",
            "",
            "position       id  piece  type  role",
            "       0      101  [CLS]     0  cls",
            "       1     1037  a         0  other",
            "       2    10437  lamp      0  stem",
            "       3     1005  '         0  other",
            "       4     1055  s         0  other",
            "       5     3514  oil       0  match",
            "       6      102  [SEP]     0  sep"),
        shell.out().lines().toList());
  }

  /** A row is made once for each state of the model's files and of the program. */
  @Test
  void onlyAModelThatChangedIsOpenedForTheTable(@TempDir Path folder) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Path file = Files.writeString(model.resolve("config.json"), "{}");
    AtomicInteger opened = new AtomicInteger();
    ModelRegistry models =
        new ModelRegistry(Map.of("LUCERNA_CACHE", folder.resolve("cache").toString()), folder) {
          @Override
          public Ranker open(String name, ScorerOptions options, Console console) {
            opened.incrementAndGet();
            return FakeScorer.ofWords(options);
          }
        };
    Console console = new Console(System.out, System.err, false, false, List.of(), ItemRunner.HERE);
    ModelRows rows = new ModelRows(models, Optional.of("build 1"));
    ModelRows.Row row = rows.of(model.toString(), console);
    assertEquals(row, rows.of(model.toString(), console));
    assertEquals(1, opened.get());
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    rows.of(model.toString(), console);
    assertEquals(2, opened.get());
    Files.writeString(model.resolve("more"), "");
    assertEquals(row, rows.of(model.toString(), console));
    assertEquals(3, opened.get());
    new ModelRows(models, Optional.of("build 2")).of(model.toString(), console);
    assertEquals(4, opened.get());
    new ModelRows(models, Optional.empty()).of(model.toString(), console);
    new ModelRows(models, Optional.empty()).of(model.toString(), console);
    assertEquals(6, opened.get());
  }

  /** The snapshot of a model org/NAME in the hub's cache. */
  private static Path snapshot(Path home, String name, String config) throws IOException {
    String commit = "0".repeat(40);
    Path model = home.resolve("hub/models--org--" + name);
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), commit);
    Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(commit));
    Files.writeString(snapshot.resolve(config), "{}");
    return snapshot;
  }

  /** The hub's address leads nowhere: whoever asked it would have another reason to give. */
  @Test
  void theTableAsksNoHubAndNoRowEndsIt(@TempDir Path folder) throws IOException {
    snapshot(folder, "partial", "config.json");
    Path lora = Checkout.models().resolve("adapters/bert-heads");
    Path adapter = snapshot(folder, "adapter", "adapter_config.json");
    Files.copy(
        lora.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.safetensors"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        Files.readString(lora.resolve("adapter_config.json"))
            .replace("../../bert-cross", "org/base"));
    Path strange = snapshot(folder, "strange", "tokenizer.json");
    Files.writeString(strange.resolve("config.json"), "{\"architectures\": [\"Strange\"]}");
    Files.writeString(strange.resolve("model.safetensors"), "");
    ModelRegistry models =
        new ModelRegistry(
            Map.of("HF_HOME", folder.toString(), "HF_ENDPOINT", "http://127.0.0.1:1"), folder) {
          @Override
          public ModelRegistry offline() {
            return withoutEmbedded(super.offline(), folder);
          }
        };
    Shell shell = Shell.run(models, "models");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Map<String, String> rows = new HashMap<>();
    shell
        .out()
        .lines()
        .filter(line -> line.length() > 41)
        .forEach(line -> rows.put(line.substring(0, 40).strip(), line.substring(41)));
    assertEquals("not completely cached", rows.get("org/partial"));
    assertEquals("not completely cached", rows.get("org/adapter"));
    String reason = rows.getOrDefault("org/strange", "");
    assertTrue(reason.startsWith("not usable: " + strange.resolve("config.json")), reason);
    assertTrue(reason.contains("architecture Strange"), reason);
    String large = rows.getOrDefault("e5-small-v2-q", "");
    assertTrue(large.startsWith("not usable: out of memory"), large);
    assertTrue(rows.getOrDefault("minilm", "").startsWith("share of words "), shell.out());
  }

  /** The same models, but one that is built in is a fake, and the other one too large. */
  private static ModelRegistry withoutEmbedded(ModelRegistry models, Path folder) {
    return new ModelRegistry(Map.of(), folder) {
      @Override
      public Ranker open(String name, ScorerOptions options, Console console) throws IOException {
        return switch (name) {
          case "minilm" -> FakeScorer.ofWords(options);
          case "e5-small-v2-q" -> throw new OutOfMemoryError();
          default -> models.open(name, options, console);
        };
      }
    };
  }

  @Test
  void prefixesAreReadAndShown() {
    List<String> lines =
        Shell.succeed(
                "models",
                "-model",
                "minilm",
                "-show-input",
                "-query.prefix",
                "query: ",
                "-rerank.passage.prefix",
                "passage: ",
                "-query",
                "oil",
                "-passage",
                "oil")
            .out()
            .lines()
            .toList();
    assertEquals(
        "input: [CLS] query: {query} [SEP] and [CLS] passage: {passage} [SEP]", lines.getFirst());
    assertTrue(lines.contains("[CLS] query : oil [SEP]"), lines.toString());
    assertTrue(lines.contains("[CLS] passage : oil [SEP]"), lines.toString());
    List<String> roles =
        lines.stream().filter(l -> l.matches(" +\\d+ .*")).map(l -> l.split(" +")[5]).toList();
    assertEquals(
        List.of(
            "cls", "prompt", "prompt", "query", "sep", "cls", "prompt", "prompt", "match", "sep"),
        roles);
  }

  @Test
  void aPairsInputSaysWhatWasCut() {
    String out =
        Shell.succeed(
                "models",
                "-model",
                CROSS,
                "-show-input",
                "-maxLength",
                "12",
                "-query",
                "oil lamp",
                "-passage",
                "the lamp is of glass and the oil is at sea, a night long")
            .out();
    List<String> lines = out.lines().toList();
    assertEquals("input: [CLS] {query} [SEP] {passage} [SEP]", lines.getFirst());
    assertEquals("pair: 12 tokens; the limit is 12", lines.get(2));
    assertEquals("[CLS] oil lamp [SEP] the lamp is of glass and the [SEP]", lines.get(3));
    assertEquals(
        "cut from the passage's end: 28 of 56 characters, from 'oil is at sea, a night long' on",
        lines.get(4));
    assertTrue(lines.contains("      11        3  [SEP]     1  sep"), out);
  }

  @Test
  void theCardHasTheInput() {
    String card = Shell.succeed("models", "-model", CROSS).out();
    assertTrue(card.contains("\ninput         [CLS] {query} [SEP] {passage} [SEP]\n"), card);
  }

  @Test
  void whatIsNotShownIsNotAsked() {
    for (List<String> wrong :
        List.of(
            List.of("-show-input needs a -model", "-show-input"),
            List.of("-query and -passage need -show-input", "-model", "minilm", "-query", "oil"),
            List.of(
                "BertModel is read without a prompt, so none can be given",
                "-model",
                "minilm",
                "-show-input",
                "-prompt",
                "{query} {passage}"))) {
      String[] arguments = wrong.toArray(new String[0]);
      String message = arguments[0];
      arguments[0] = "models";
      Shell shell = Shell.run(arguments);
      assertEquals(ExitCode.USAGE, shell.code(), shell.err());
      assertTrue(shell.err().contains(message), shell.err());
    }
  }
}
