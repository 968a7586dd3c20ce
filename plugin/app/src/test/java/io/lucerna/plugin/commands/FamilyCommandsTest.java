package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that opens a model, on a model of every family; of one name, the first found. */
class FamilyCommandsTest {
  /** Forms of storage: once a model is open, its code is that of bert-cross. */
  private static final Pattern STORED_OTHERWISE =
      Pattern.compile("bert-cross-(bf16|bin|bin-legacy|onnx|onnx-dynamo|onnx-int8|sharded)");

  private static final String CUT = "zero blocks.*.attn.hook_z";

  @TempDir Path folder;

  static Stream<Path> models() throws IOException {
    String own = Checkout.model("families");
    Map<Path, Path> found = new LinkedHashMap<>();
    for (String root : List.of(own, Checkout.shared("goldens").toString())) {
      if (Files.isDirectory(Path.of(root))) {
        try (Stream<Path> folders = Files.list(Path.of(root))) {
          folders
              .filter(FamilyCommandsTest::known)
              .filter(f -> !STORED_OTHERWISE.matcher(f.getFileName().toString()).matches())
              .sorted()
              .forEach(f -> found.putIfAbsent(f.getFileName(), f));
        }
      } else {
        System.out.println("left out: no folder " + root);
      }
    }
    return found.values().stream();
  }

  private static boolean known(Path folder) {
    try {
      Architecture.read(folder);
      return true;
    } catch (CheckpointException e) {
      System.out.println("left out: " + e.getMessage());
      return false;
    }
  }

  @BeforeEach
  void files() throws IOException {
    write("topics.tsv", "1\toil\n2\tis it\n");
    write(
        "corpus.jsonl",
        """
        {"id": "a", "contents": "No, the oil: yes."}
        {"id": "b", "contents": "it is the sea"}
        """);
    write("run.txt", "1 Q0 a 1 2 bm25\n1 Q0 b 2 1 bm25\n2 Q0 b 1 2 bm25\n2 Q0 a 2 1 bm25\n");
    write("qrels.txt", "1 0 a 1\n2 0 b 1\n");
    write(
        "pairs.tsv",
        """
        qid\tquery\tdocid\tbase\tperturbed
        1\toil\ta\tit is the sea\tit is the oil
        2\tis it\tb\tthe oil is it\tthe sea is it
        """);
    write("scored.tsv", "qid\tquery\tdocid\ttext\n1\toil\ta\tNo, the oil: yes.\n");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Shell run(Path model, List<String> more, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-model", model.toString()));
    all.addAll(more);
    Shell shell = Shell.run(all.toArray(String[]::new));
    assertEquals(ExitCode.DONE, shell.code(), String.join(" ", all) + "\n" + shell.err());
    return shell;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void everyCommand(Path model) throws IOException {
    Architecture architecture = Architecture.read(model);
    // The tiny models are too short for the long prompts that real ones have.
    List<String> prompt =
        architecture.task() == Task.ANSWERS && !architecture.family().equals("t5")
            ? List.of("-prompt", "query: {query} document: {passage}")
            : List.of();

    assertTrue(run(model, List.of(), "models").out().contains(architecture.name()));
    assertTrue(run(model, prompt, "models", "-show-input").out().contains("position"));
    assertTrue(run(model, List.of(), "hooks").out().contains("blocks.0.attn.hook_z"));

    run(model, prompt, "score", "-pairs", path("scored.tsv"), "-output", path("plain.tsv"));
    Shell cut =
        run(
            model,
            prompt,
            "score",
            "-pairs",
            path("scored.tsv"),
            "-output",
            path("cut.tsv"),
            "-intervene",
            CUT);
    assertTrue(cut.err().matches("(?s).*hook_z: ([12]) of \\1 texts.*"), cut.err());
    assertFalse(
        Files.readString(folder.resolve("plain.tsv"))
            .equals(Files.readString(folder.resolve("cut.tsv"))),
        "an intervention on all heads moves the score");

    List<String> inputs =
        List.of(
            "-topics",
            path("topics.tsv"),
            "-corpus",
            path("corpus.jsonl"),
            "-run",
            path("run.txt"));
    run(model, concat(inputs, prompt), "rerank", "-output", path("run.out"));
    assertEquals(4, Files.readAllLines(folder.resolve("run.out")).size());

    run(
        model,
        prompt,
        "record",
        "-pairs",
        path("scored.tsv"),
        "-hooks",
        "blocks.*.attn.hook_z",
        "-positions",
        "all",
        "-output",
        path("recorded"));
    assertTrue(Files.isRegularFile(folder.resolve("recorded/manifest.json")));

    patch(model, prompt);

    run(
        model,
        concat(inputs, prompt),
        "study",
        "-qrels",
        path("qrels.txt"),
        "-conditions",
        "layers",
        "-rounds",
        "100",
        "-output",
        path("studied"));
    JsonNode study = new ObjectMapper().readTree(folder.resolve("studied/study.json").toFile());
    assertTrue(study.path("conditions").size() > 1, study.toString());
  }

  private void patch(Path model, List<String> prompt) {
    run(
        model,
        prompt,
        "patch",
        "-pairs",
        path("pairs.tsv"),
        "-sweep",
        "head",
        "-method",
        "exact",
        "-method",
        "atp",
        "-method",
        "frozen",
        "-floor",
        "0",
        "-rounds",
        "100",
        "-output",
        path("patched"));
    for (String way : List.of("denoise", "denoise.atp", "denoise.frozen")) {
      assertTrue(Files.isRegularFile(folder.resolve("patched/patched." + way + ".npy")), way);
    }
  }

  private static List<String> concat(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }
}
