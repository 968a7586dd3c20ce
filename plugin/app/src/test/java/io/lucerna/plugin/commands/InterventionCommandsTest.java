package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interventions in {@code score}, {@code rerank} and {@code search}, and the list of points. */
class InterventionCommandsTest {
  private static final String CROSS = Checkout.model("bert-cross");
  private static final String BI = Checkout.model("bert-bi");
  private static final String ZERO = "zero blocks.0.attn.hook_z head=1 at=match";

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    write(
        "pairs.tsv",
        """
        qid\tquery\tdocid\ttext
        1\tthe lamp\ta\tthe lamp is light of oil
        1\tthe lamp\tb\tthe sea and the night
        2\tthe sea\ta\tthe lamp is light of oil
        """);
    write("topics.tsv", "1\tthe lamp\n2\tthe sea\n");
    write(
        "corpus.jsonl",
        """
        {"id": "a", "contents": "the lamp is light of oil"}
        {"id": "b", "contents": "the sea and the night"}
        """);
    write("run.txt", "1 Q0 a 1 2 bm25\n1 Q0 b 2 1 bm25\n2 Q0 b 1 2 bm25\n");
  }

  private String write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
    return path(name);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell score(String model, String output, String... more) {
    List<String> command =
        new ArrayList<>(List.of("score", "-model", model, "-pairs", path("pairs.tsv"), "-output"));
    command.add(path(output));
    command.addAll(List.of(more));
    return Shell.run(command.toArray(String[]::new));
  }

  private Shell rerank(String output, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "rerank",
                "-rerank.model",
                BI,
                "-topics",
                path("topics.tsv"),
                "-corpus",
                path("corpus.jsonl"),
                "-run",
                path("run.txt"),
                "-output",
                path(output)));
    command.addAll(List.of(more));
    return Shell.run(command.toArray(String[]::new));
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Test
  void hooksListsPointsWithTheirSizes() {
    Shell all = Shell.succeed("hooks", "-model", CROSS);
    List<String> lines = all.out().lines().toList();
    assertEquals(1 + 4 + 2 * 16 + 3, lines.size(), all.out());
    assertTrue(lines.getFirst().matches("point +dimensions +size"), lines.getFirst());
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line.matches(
                        "blocks\\.1\\.attn\\.hook_z +batch, pos, head, d_head +"
                            + "\\[batch, pos, 4, 8\\]")),
        all.out());
    assertTrue(lines.getLast().matches("hook_score +batch +\\[batch\\]"), lines.getLast());
    Shell some = Shell.succeed("hooks", "-model", BI, "-hooks", "*.1.*hook_?");
    assertEquals(1 + 4, some.out().lines().count(), some.out());
    Shell none = Shell.run("hooks", "-model", BI, "-hooks", "blocks.7.*");
    assertEquals(ExitCode.USAGE, none.code());
    assertTrue(
        none.err().contains("no hook point matches 'blocks.7.*'; nearest: blocks.0.hook_resid_pre"),
        none.err());
  }

  @Test
  void anEmptySpecChangesNoByte() throws IOException {
    for (String model : List.of(CROSS, BI)) {
      assertEquals(ExitCode.DONE, score(model, "plain.tsv").code());
      String empty = write("empty.yaml", "interventions: []\n");
      Shell shell = score(model, "empty.tsv", "-intervene", " ", "-intervene.file", empty);
      assertEquals(ExitCode.DONE, shell.code(), shell.err());
      assertArrayEquals(bytes("plain.tsv"), bytes("empty.tsv"));
      assertFalse(Files.readString(folder.resolve("empty.tsv.meta.json")).contains("\"spec\""));
    }
    assertEquals(ExitCode.DONE, rerank("plain.txt").code());
    assertEquals(ExitCode.DONE, rerank("empty.txt", "-intervene", "").code());
    assertArrayEquals(bytes("plain.txt"), bytes("empty.txt"));
  }

  @Test
  void lineJsonAndYamlAreTheSameSpec() throws IOException {
    String json =
        write(
            "spec.json",
            """
            [{"do": "zero", "points": "blocks.0.attn.hook_z", "head": 1, "at": ["match"]}]
            """);
    String yaml =
        write(
            "spec.yaml",
            """
            # heads that look for the query's words
            interventions:
              - do: zero
                points: [blocks.0.attn.hook_z]
                head: 1
                at: match
            """);
    assertEquals(ExitCode.DONE, score(CROSS, "plain.tsv").code());
    Shell line = score(CROSS, "line.tsv", "-intervene", ZERO);
    assertEquals(ExitCode.DONE, line.code(), line.err());
    assertTrue(line.err().contains(ZERO + ": 1 of 3 texts, "), line.err());
    assertEquals(ExitCode.DONE, score(CROSS, "json.tsv", "-intervene.file", json).code());
    assertEquals(ExitCode.DONE, score(CROSS, "yaml.tsv", "-intervene.file", yaml).code());
    assertArrayEquals(bytes("line.tsv"), bytes("json.tsv"));
    assertArrayEquals(bytes("line.tsv"), bytes("yaml.tsv"));
    assertNotEquals(
        Files.readString(folder.resolve("plain.tsv")),
        Files.readString(folder.resolve("line.tsv")));
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("yaml.tsv.meta.json").toFile());
    assertEquals(ZERO, meta.at("/interventions/spec").asText());
    assertEquals(InterventionSpec.parse(ZERO).sha256(), meta.at("/interventions/sha256").asText());
    assertEquals(1, meta.at("/interventions/counts/0/touched").asInt());
    assertEquals(64, meta.at("/model/sha256").asText().length());
  }

  @Test
  void severalLinesAreDoneInOrderAndTheFileLast() throws IOException {
    String file = write("spec.yaml", "- set hook_score to=3\n");
    Shell shell =
        score(
            BI,
            "set.tsv",
            "-intervene",
            "set hook_score to=1",
            "-intervene",
            "scale hook_score by=9; set hook_score to=2",
            "-intervene.file",
            file);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(
        List.of("qid\tdocid\tscore", "1\ta\t3.0", "1\tb\t3.0", "2\ta\t3.0"),
        Files.readAllLines(folder.resolve("set.tsv")));
  }

  @Test
  void theRunsTagHasTheHash() throws IOException {
    Shell shell = rerank("out.txt", "-runtag", "mine", "-intervene", ZERO + " side=passage");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String hash = InterventionSpec.parse(ZERO + " side=passage").shortHash();
    assertEquals("mine-iv" + hash, Run.read(folder.resolve("out.txt")).tag());
    assertTrue(shell.err().contains("side=passage: "), shell.err());
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.txt.meta.json").toFile());
    assertEquals(3, meta.at("/interventions/counts/0/texts").asInt());
  }

  @Test
  void vectorsComeFromFilesWhoseHashIsKept() {
    Path tensors = Path.of(BI, "model.safetensors");
    String point = "blocks.0.hook_mlp_out";
    String name = "encoder.layer.0.output.dense.bias";
    Shell shell =
        score(BI, "bias.tsv", "-intervene", "add " + point + " vector=" + tensors + "#" + name);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Shell wrong =
        score(BI, "none.tsv", "-intervene", "add " + point + " vector=" + tensors + "#bias");
    assertEquals(ExitCode.USAGE, wrong.code());
    assertTrue(wrong.err().contains("no tensor bias among"), wrong.err());
    assertFalse(Files.exists(folder.resolve("none.tsv")));
  }

  @Test
  void recordingsGiveMeansAndDonors() throws IOException {
    String point = "blocks.0.hook_resid_pre";
    for (String model : List.of(CROSS, BI)) {
      String recording = path(Path.of(model).getFileName().toString());
      Shell.succeed(
          "record",
          "-model",
          model,
          "-pairs",
          path("pairs.tsv"),
          "-hooks",
          point,
          "-positions",
          "all",
          "-output",
          recording);
      List<String> plain = scores(model, "plain.tsv");
      assertEquals(
          plain, scores(model, "own.tsv", "-intervene", "patch " + point + " from=" + recording));
      List<String> mean =
          scores(model, "mean.tsv", "-intervene", "mean " + point + " from=" + recording);
      assertNotEquals(plain, mean);
      String resample = "resample " + point + " seed=1 from=" + recording;
      assertEquals(
          scores(model, "r1.tsv", "-intervene", resample),
          scores(model, "r2.tsv", "-intervene", resample));
      Shell absent =
          score(model, "none.tsv", "-intervene", "mean blocks.1.hook_mlp_out from=" + recording);
      assertEquals(ExitCode.USAGE, absent.code(), absent.err());
      assertTrue(absent.err().contains("holds no blocks.1.hook_mlp_out"), absent.err());
      Shell donor =
          score(model, "none.tsv", "-intervene", "patch " + point + " donor=9/x from=" + recording);
      assertTrue(
          donor.err().contains("holds no input '9/x'; it has 3, such as 1/a, 1/b"), donor.err());
    }
    Shell other =
        score(CROSS, "none.tsv", "-intervene", "mean " + point + " from=" + path("bert-bi"));
    assertEquals(ExitCode.INPUT, other.code(), other.err());
    assertTrue(other.err().contains("was recorded with another model"), other.err());
    Shell missing = score(CROSS, "none.tsv", "-intervene", "mean " + point + " from=nowhere");
    assertEquals(ExitCode.INPUT, missing.code(), missing.err());
  }

  private List<String> scores(String model, String output, String... more) throws IOException {
    Shell shell = score(model, output, more);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    return Files.readAllLines(folder.resolve(output));
  }

  @Test
  void whatIsWrongIsToldAndNothingIsWritten() throws IOException {
    String json = write("bad.json", "[{\"do\": \"zero\"}");
    String twice = write("twice.json", "[{\"do\": \"zero\", \"do\": \"set\"}]");
    String yaml = write("bad.yaml", "interventions:\n  - do: [zero\n");
    String key = write("key.yaml", "- do: zero\n  points: blocks.0.attn.hook_z\n  hed: 1\n");
    String two = write("two.yaml", "- zero hook_score\n---\n- zero hook_score\n");
    String blank = write("blank.yaml", "# nothing\n");
    String[][] cases = {
      {
        "USAGE",
        "-intervene",
        "zero blocks.0.attn.hook_z hed=1",
        "-intervene, column 27: zero has no setting 'hed'"
      },
      {
        "USAGE",
        "-intervene",
        "zero blocks.0.attn.hook_z head=99",
        "an intervention does not fit the model: column 27: head 99 is not in 0..3"
      },
      {
        "USAGE",
        "-intervene",
        "zero blocks.0.attn.hook_z side=query",
        "this ranker reads no query on its own; its sides are: pair"
      },
      {
        "FAILED",
        "-intervene",
        "zero blocks.0.attn.hook_z at=100",
        "changed nothing: none of the 3 texts has such a position"
      },
      {"FAILED", "-intervene", "zero blocks.0.attn.hook_z at=filler", "changed nothing"},
      {"USAGE", "-intervene", "set hook_full_embed to=1e39", "which fp32 cannot hold"},
      {"INPUT", "-intervene.file", json, "bad.json:1:"},
      {"INPUT", "-intervene.file", twice, "twice.json:1:"},
      {"INPUT", "-intervene.file", yaml, "bad.yaml:"},
      {
        "INPUT",
        "-intervene.file",
        key,
        "key.yaml: interventions[0].hed: zero has no setting 'hed'; did you mean head?"
      },
      {"INPUT", "-intervene.file", two, "two.yaml:"},
      {"INPUT", "-intervene.file", blank, "blank.yaml: expected a list of interventions"},
      {"INPUT", "-intervene.file", path("no.yaml"), "no.yaml: no such file or folder"},
      {"INPUT", "-intervene.file", folder.toString(), "is a folder, not a file"},
    };
    for (String[] c : cases) {
      Shell shell = score(CROSS, "out.tsv", c[1], c[2]);
      assertEquals(ExitCode.valueOf(c[0]), shell.code(), c[2] + ": " + shell.err());
      assertTrue(shell.err().contains(c[3]), shell.err());
      assertFalse(Files.exists(folder.resolve("out.tsv")), c[2]);
      assertFalse(shell.err().contains("\tat "), shell.err());
    }
  }

  @Test
  void searchIntervenesAsRerankDoes() throws IOException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    Files.copy(folder.resolve("corpus.jsonl"), corpus.resolve("corpus.jsonl"));
    Shell.index(corpus.toString(), path("index"), "-storeContents");
    String[] search = {
      "search", "-index", path("index"), "-topics", path("topics.tsv"), "-bm25", "-output"
    };
    Shell.succeed(with(search, path("bm25.txt")));
    Shell.succeed(with(search, path("s.txt"), "-rerank.model", BI, "-intervene", ZERO));
    Shell.succeed(
        "rerank",
        "-rerank.model",
        BI,
        "-topics",
        path("topics.tsv"),
        "-index",
        path("index"),
        "-run",
        path("bm25.txt"),
        "-output",
        path("r.txt"),
        "-runtag",
        "Anserini",
        "-intervene",
        ZERO);
    assertArrayEquals(bytes("r.txt"), bytes("s.txt"));
    Shell without = Shell.run(with(search, path("x.txt"), "-intervene", ZERO));
    assertEquals(ExitCode.USAGE, without.code());
    assertTrue(
        without.err().contains("-intervene and -hook need a -rerank.model to change"),
        without.err());
  }

  private static String[] with(String[] command, String... more) {
    return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
  }

  private Shell record(String model, String output, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of("record", "-model", model, "-pairs", path("pairs.tsv"), "-hooks", "*"));
    command.addAll(List.of("-positions", "all", "-output", path(output)));
    command.addAll(List.of(more));
    return Shell.run(command.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void patchingWithWhatWasRecordedOfThemselvesChangesNoBit(String name) throws IOException {
    String model = Checkout.model(name);
    String pairs = Files.readString(folder.resolve("pairs.tsv"));
    write("pairs.tsv", pairs + "another\tthe sea\tb\tthe sea and the night\n");
    Shell recorded = record(model, "own");
    assertEquals(ExitCode.DONE, recorded.code(), recorded.err());
    assertEquals(ExitCode.DONE, score(model, "plain.tsv").code());
    for (String point : List.of("hook_full_embed", "blocks.1.attn.hook_pattern", "*pooler*")) {
      Shell patched =
          score(model, "patched.tsv", "-intervene", "patch " + point + " from=" + path("own"));
      assertEquals(ExitCode.DONE, patched.code(), patched.err());
      assertEquals(
          Files.readString(folder.resolve("plain.tsv")),
          Files.readString(folder.resolve("patched.tsv")),
          point);
    }
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("patched.tsv.meta.json").toFile());
    assertEquals(
        64,
        meta.path("interventions").path("files").path(0).path("sha256").asText().length(),
        meta.toString());
  }

  @Test
  void aRecordingOfAnotherModelIsRefused() {
    assertEquals(ExitCode.DONE, record(CROSS, "cross").code());
    Shell shell = score(BI, "out.tsv", "-intervene", "mean hook_full_embed from=" + path("cross"));
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell.err().contains(path("cross") + ": was recorded with another model"), shell.err());
    Shell none = score(BI, "out.tsv", "-intervene", "mean hook_full_embed from=" + path("no"));
    assertEquals(ExitCode.INPUT, none.code(), none.err());
    assertTrue(
        none.err().contains("manifest.json: no such file; this folder holds no recording"),
        none.err());
  }
}
