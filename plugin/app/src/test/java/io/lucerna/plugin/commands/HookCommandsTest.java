package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.work.Hashes;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A person's own hook in {@code score}, {@code rerank}, {@code search} and {@code study}. */
class HookCommandsTest {
  private static final String CROSS = Checkout.model("bert-cross");
  private static final Path TOP = Checkout.root().resolve("docs/examples/TopNeurons.java");

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    write("topics.tsv", "1\tthe lamp\n2\tthe sea\n");
    write(
        "corpus.jsonl",
        """
        {"id": "a", "contents": "the lamp is light of oil"}
        {"id": "b", "contents": "the sea and the night"}
        {"id": "c", "contents": "the time of the lamp and the sea"}
        """);
    write("run.txt", "1 Q0 a 1 3 bm25\n1 Q0 b 2 2 bm25\n1 Q0 c 3 1 bm25\n2 Q0 b 1 2 bm25\n");
    write("qrels.txt", "1 0 a 1\n1 0 b 0\n2 0 b 1\n");
  }

  private String write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
    return folder.resolve(name).toString();
  }

  private Shell run(String command, String model, String output, String... more) {
    List<String> words = new ArrayList<>(List.of(command, "-model", model));
    words.addAll(List.of("-topics", folder + "/topics.tsv", "-corpus", folder + "/corpus.jsonl"));
    words.addAll(
        List.of("-run", folder + "/run.txt", "-output", folder.resolve(output).toString()));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  private Shell succeed(String command, String model, String output, String... more) {
    Shell shell = run(command, model, output, more);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    return shell;
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(Files.readString(folder.resolve(name)));
  }

  /** The example with another K. */
  private String top(int k) throws IOException {
    String text = Files.readString(TOP);
    assertTrue(text.contains("K = 64;"));
    return write("TopNeurons.java", text.replace("K = 64;", "K = " + k + ";"));
  }

  private String hook(String name, String points, String body) throws IOException {
    return write(
        name + ".java",
        String.format(
            Locale.ROOT,
            """
        import ai.djl.ndarray.NDArray;
        import io.lucerna.instrumentation.intervene.*;
        import java.util.List;
        public class %s implements CustomHook {
          public List<String> points() { return List.of("%s"); }
          public NDArray change(NDArray x, HookedText text) {
            %s
          }
        }
        """,
            name,
            points,
            body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aHookThatKeepsAllNeuronsChangesNoByte(String name) throws IOException {
    String model = Checkout.model(name);
    succeed("score", model, "plain.tsv");
    Shell all = succeed("score", model, "all.tsv", "-hook", top(1 << 20));
    assertArrayEquals(bytes("plain.tsv"), bytes("all.tsv"));
    assertTrue(all.err().contains("custom blocks.*.mlp.hook_post code="), all.err());
    succeed("score", model, "few.tsv", "-hook", top(2));
    assertFalse(Arrays.equals(bytes("plain.tsv"), bytes("few.tsv")));
    JsonNode told = json("few.tsv.meta.json").path("interventions");
    assertEquals(
        Hashes.sha256(folder.resolve("TopNeurons.java")),
        told.path("files").path(0).path("sha256").asText());
    assertTrue(told.path("counts").path(0).path("touched").asLong() > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void oneThatZeroesAHeadIsTheSpecThatDoes(String name) throws IOException {
    String model = Checkout.model(name);
    String own =
        hook(
            "NoHead",
            "blocks.1.attn.hook_z",
            "x.set(new ai.djl.ndarray.index.NDIndex(\":, 2, :\"), 0); return x;");
    succeed("rerank", model, "own.txt", "-runtag", "a", "-hook", own);
    succeed(
        "rerank",
        model,
        "spec.txt",
        "-runtag",
        "a",
        "-intervene",
        "zero blocks.1.attn.hook_z head=2");
    assertEquals(
        Files.readString(folder.resolve("spec.txt")).replaceAll("a-iv\\w+", "a"),
        Files.readString(folder.resolve("own.txt")).replaceAll("a-iv\\w+", "a"));
  }

  @Test
  void whatFailsNamesFileAndLine() throws IOException {
    String fails = hook("Fails", "*hook_z", "return x.add(1 / (int) (x.getShape().get(0) * 0));");
    Shell shell = run("score", CROSS, "out.tsv", "-hook", fails);
    assertEquals(ExitCode.FAILED, shell.code());
    String told = fails + ":7: java.lang.ArithmeticException: / by zero at blocks.0.attn.hook_z";
    assertTrue(shell.err().contains(told), shell.err());
    String broken = hook("Broken", "*hook_z", "return y;");
    shell = run("rerank", CROSS, "out.txt", "-hook", broken);
    assertEquals(ExitCode.INPUT, shell.code());
    assertTrue(shell.err().contains(broken + ":7: cannot find symbol"), shell.err());
    shell = run("score", CROSS, "out.tsv", "-hook", hook("Nowhere", "blocks.9.*", "return x;"));
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("no hook point matches 'blocks.9.*'"), shell.err());
    assertFalse(Files.exists(folder.resolve("out.tsv")));
  }

  @Test
  void searchRunsIt() throws IOException {
    String index = folder.resolve("index").toString();
    Path docs = Files.createDirectory(folder.resolve("docs"));
    Files.copy(folder.resolve("corpus.jsonl"), docs.resolve("corpus.jsonl"));
    Shell.index(docs.toString(), index, "-storeRaw");
    String hook = top(2);
    List<String> search =
        List.of("search", "-index", index, "-topics", folder + "/topics.tsv", "-topicReader");
    for (String[] more :
        new String[][] {
          {"run.txt"},
          {"plain.txt", "-rerank.model", CROSS},
          {"own.txt", "-rerank.model", CROSS, "-hook", hook}
        }) {
      List<String> words = new ArrayList<>(search);
      words.addAll(List.of("TsvInt", "-bm25", "-output", folder.resolve(more[0]).toString()));
      words.addAll(List.of(more).subList(1, more.length));
      Shell.succeed(words.toArray(String[]::new));
    }
    succeed("rerank", CROSS, "by.txt", "-runtag", "Anserini", "-hook", hook);
    assertArrayEquals(bytes("by.txt"), bytes("own.txt"));
    assertFalse(Arrays.equals(bytes("plain.txt"), bytes("own.txt")));
  }

  @Test
  void oneThatReturnsNoNumberFailsAsOneThatThrows() throws IOException {
    Shell shell =
        run("score", CROSS, "out.tsv", "-hook", hook("Nan", "*hook_z", "return x.mul(1f / 0);"));
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(shell.err().contains("' makes a number of "), shell.err());
    assertTrue(shell.err().contains("Nan.java"), shell.err());
  }

  @Test
  void aMissingFileIsAMissingInputHoweverItIsNamed() {
    String code = folder.resolve("Missing.java").toString();
    String spec = "custom *hook_z code=" + code;
    for (String[] way : new String[][] {{"-hook", code}, {"-intervene", spec}}) {
      Shell shell = run("score", CROSS, "out.tsv", way);
      assertEquals(ExitCode.INPUT, shell.code(), shell.err());
      assertTrue(shell.err().contains(code + ": no such file"), shell.err());
    }
  }

  @Test
  void hooksOfOneNameAreToldApartByTheirHashes() throws IOException {
    List<String> hooks = new ArrayList<>();
    for (String head : List.of("0", "1")) {
      Path file = Path.of(hook("Own", "blocks.1.attn.hook_z", "return x.mul(" + head + "f);"));
      Path moved = Files.createDirectory(folder.resolve(head)).resolve("Own.java");
      hooks.addAll(List.of("-hook", Files.move(file, moved).toString()));
    }
    hooks.addAll(List.of("-qrels", folder + "/qrels.txt", "-rounds", "100"));
    succeed("study", CROSS, "study", hooks.toArray(String[]::new));
    JsonNode conditions = json("study/study.json").path("conditions");
    List<String> ids = new ArrayList<>();
    conditions.forEach(condition -> ids.add(condition.path("id").asText()));
    assertEquals(3, ids.stream().distinct().count(), ids.toString());
    for (int i = 1; i < 3; i++) {
      String hash = conditions.path(i).path("specHash").asText().substring(0, 8);
      assertEquals("hook-Own-" + hash, ids.get(i));
    }
    // The same code under one name is no second condition.
    List<String> twice = new ArrayList<>(hooks);
    twice.addAll(hooks.subList(0, 2));
    Shell shell = run("study", CROSS, "other", twice.toArray(String[]::new));
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("occurs twice"), shell.err());
  }

  private String[] study(String hook) {
    return new String[] {
      "-qrels",
      folder + "/qrels.txt",
      "-rounds",
      "100",
      "-conditions",
      "spec:zero blocks.0.hook_mlp_out",
      "-hook",
      hook
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aStudyHasItAsACondition(String name) throws IOException {
    String model = Checkout.model(name);
    String hook = top(3);
    succeed("study", model, "study", study(hook));
    JsonNode condition = json("study/study.json").path("conditions").path(2);
    assertEquals("hook-TopNeurons", condition.path("id").asText());
    assertEquals("hook", condition.path("kind").asText());
    assertTrue(condition.toString().contains(Hashes.sha256(Path.of(hook))), condition.toString());
    Path run = folder.resolve("study").resolve(condition.path("run").asText());
    succeed("rerank", model, "plain.txt", "-hook", hook);
    assertEquals(
        Files.readString(folder.resolve("plain.txt")).replaceAll("\\S+\n", "\n"),
        Files.readString(run).replaceAll("\\S+\n", "\n"));
    String comparison = Files.readString(folder.resolve("study/comparison.csv"));
    assertTrue(comparison.contains("hook-TopNeurons"), comparison);

    List<String> again = new ArrayList<>(List.of(study(hook)));
    again.add("-resume");
    String[] resumed = again.toArray(String[]::new);
    succeed("study", model, "study", resumed);
    Files.writeString(Path.of(hook), Files.readString(Path.of(hook)) + "\n");
    Shell changed = run("study", model, "study", resumed);
    assertEquals(ExitCode.FAILED, changed.code(), changed.err());
    assertTrue(changed.err().contains("TopNeurons.java"), changed.err());
  }
}
