package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.commands.PatchCommand;
import io.lucerna.plugin.commands.RecordCommand;
import io.lucerna.plugin.commands.RecordCommandTest;
import io.lucerna.plugin.commands.StudyCommand;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kohsuke.args4j.Option;

/**
 * What decides a result belongs to its identity: each input of each command with {@code -resume} is
 * changed in turn. Work that was begun with another input is not resumed, and the message names the
 * input; an input that only lies elsewhere is the same.
 */
class ResumeIdentityTest {
  private static final String BIAS = "#bert.encoder.layer.0.output.dense.bias";

  @TempDir Path temporary;
  private Path in;

  @BeforeEach
  void inputs() throws IOException {
    in = Files.createDirectory(temporary.resolve("in"));
    model(in.resolve("model"));
    Path corpus = Files.createDirectory(in.resolve("corpus"));
    Files.writeString(
        corpus.resolve("a.jsonl"),
        """
        {"id": "d1", "contents": "red disk of water"}
        {"id": "d2", "contents": "memory of water"}
        """);
    Files.writeString(corpus.resolve("b.jsonl"), "{\"id\": \"d3\", \"contents\": \"disk\"}\n");
    Files.writeString(in.resolve("topics.tsv"), "1\tred water\n2\tmemory\n9\tunused\n");
    Files.writeString(
        in.resolve("run.txt"), "1 Q0 d1 1 3 t\n1 Q0 d2 2 2 t\n2 Q0 d3 1 2 t\n2 Q0 d1 2 1 t\n");
    Files.writeString(in.resolve("qrels.txt"), "1 0 d1 1\n2 0 d3 1\n");
    Files.writeString(
        in.resolve("pairs.tsv"),
        "qid\tquery\tdocid\ttext\n1\tred water\ta\tred disk\n1\tred water\tb\tmemory of water\n");
    Files.writeString(in.resolve("contrast.jsonl"), FakePairs.lines(3));
  }

  private static void model(Path to) throws IOException {
    Files.createDirectories(to);
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(RecordCommandTest.MODELS.resolve("bert-cross").resolve(file), to.resolve(file));
    }
  }

  /** Changes something, as little as possible. */
  private interface Change {
    void in(Path file) throws IOException;
  }

  private static Change replacing(String old, String fresh) {
    return file -> {
      String text = Files.readString(file);
      assertTrue(text.contains(old), file + ": " + text);
      Files.writeString(file, text.replaceFirst(Pattern.quote(old), fresh));
    };
  }

  /** The lowest bit of the last number. */
  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 4] ^= 1;
    Files.write(file, bytes);
  }

  private static void addSpace(Path file) throws IOException {
    Files.writeString(file, Files.readString(file) + " \n");
  }

  /** The changes of a model's folder, with what a message says of each. */
  private Map<String, Change> modelChanges(String weights, String file) {
    return Map.of(
        "model/model.safetensors | " + weights, ResumeIdentityTest::flip,
        "model/config.json | " + file + "config.json", ResumeIdentityTest::addSpace,
        "model/tokenizer.json | " + file + "tokenizer.json", ResumeIdentityTest::addSpace,
        "model/tokenizer_config.json | " + file + "tokenizer_config.json",
            ResumeIdentityTest::addSpace,
        "model/special_tokens_map.json | " + file + "special_tokens_map.json",
            path -> Files.writeString(path, "{}\n"));
  }

  /** Makes the work, changes each input, sees that it is not resumed, and puts the input back. */
  private void eachInputDecides(String[] command, Path output, Map<String, Change> changes)
      throws IOException {
    Shell.succeed(command);
    String[] resume = with(command, "-resume");
    Shell.succeed(resume);
    for (Map.Entry<String, Change> change : changes.entrySet()) {
      String[] parts = change.getKey().split(" \\| ");
      Path file = in.resolve(parts[0]);
      Optional<byte[]> before =
          Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
      Map<String, Long> left = files(output);
      change.getValue().in(file);
      Shell shell = Shell.run(resume);
      assertNotEquals(ExitCode.DONE, shell.code(), change.getKey() + ": " + shell.err());
      assertTrue(shell.err().contains(parts[1]), change.getKey() + ": " + shell.err());
      assertEquals(left, files(output), change.getKey());
      if (before.isPresent()) {
        Files.write(file, before.get());
      } else {
        Files.delete(file);
      }
    }
    Shell.succeed(resume);
    // Elsewhere, the same is the same.
    Path moved = temporary.resolve("moved");
    Files.move(in, moved);
    String[] elsewhere =
        Stream.of(resume)
            .map(word -> word.replace(in.toString(), moved.toString()))
            .toArray(String[]::new);
    Shell.succeed(elsewhere);
  }

  private static Map<String, Long> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              java.util.stream.Collectors.toMap(
                  Path::toString, file -> file.toFile().length() * 31 + hash(file)));
    }
  }

  private static long hash(Path file) {
    try {
      return Hashes.sha256(file).hashCode();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String[] with(String[] command, String... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
  }

  private String path(String name) {
    return in.resolve(name).toString();
  }

  private static Map<String, Change> all(Map<String, Change> some, Map<String, Change> more) {
    Map<String, Change> all = new java.util.TreeMap<>(some);
    all.putAll(more);
    return all;
  }

  private void record(String output, String text) throws IOException {
    Path pairs = temporary.resolve("recorded.tsv");
    Files.writeString(pairs, "qid\tquery\tdocid\ttext\n1\tred water\ta\t" + text + "\n");
    Path folder = in.resolve(output);
    if (Files.exists(folder)) {
      delete(folder);
    }
    Shell.succeed(
        "record",
        "-model",
        path("model"),
        "-pairs",
        pairs.toString(),
        "-hooks",
        "*resid_pre",
        "-positions",
        "all",
        "-output",
        folder.toString());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private String[] study(String output, String... more) {
    return with(
        new String[] {
          "study",
          "-topics",
          path("topics.tsv"),
          "-qrels",
          path("qrels.txt"),
          "-model",
          path("model"),
          "-rounds",
          "50",
          "-output",
          temporary.resolve(output).toString()
        },
        more);
  }

  @Test
  void ofAStudy() throws IOException {
    for (String vectors : List.of("v.safetensors", "w.safetensors")) {
      Files.copy(in.resolve("model/model.safetensors"), in.resolve(vectors));
    }
    Path patch = Files.createDirectory(in.resolve("patch"));
    StringBuilder aggregates =
        new StringBuilder(
            "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n");
    for (int i = 0; i < 8; i++) {
      aggregates.append(
          "denoise,exact,all,all," + i / 4 + "," + i % 4 + ",ratio-of-sums,0." + i + ",,\n");
    }
    Files.writeString(patch.resolve("aggregates.csv"), aggregates);
    record("recorded", "red disk");
    String mlp = "add blocks.0.hook_mlp_out vector=";
    String[] command =
        study(
            "study",
            "-run",
            path("run.txt"),
            "-corpus",
            path("corpus"),
            "-conditions",
            "spec:" + mlp + path("v.safetensors") + BIAS,
            "-conditions",
            "dose:" + mlp + path("w.safetensors") + BIAS + ":1,2 random=0",
            "-conditions",
            "spec:mean blocks.0.hook_resid_pre from=" + path("recorded") + " per=role",
            "-conditions",
            "top:1:" + path("patch"));
    eachInputDecides(
        command,
        temporary.resolve("study"),
        all(
            modelChanges("was recorded with another model", "made with model file "),
            Map.of(
                "v.safetensors | made with input 1 of condition 1 (" + path("v.safetensors") + ") ",
                ResumeIdentityTest::flip,
                "w.safetensors | made with input 1 of condition 2 (" + path("w.safetensors") + ") ",
                ResumeIdentityTest::flip,
                "patch/aggregates.csv | made with input 1 of condition 5 (" + path("patch"),
                replacing("sums,0.0,", "sums,0.05,"),
                "topics.tsv | made with topics sha256 (" + path("topics.tsv") + ") ",
                replacing("unused", "not used"),
                "run.txt | made with first stage (" + path("run.txt") + ") ",
                replacing("2 2 t", "2 2.5 t"),
                "corpus/b.jsonl | made with texts files b.jsonl (" + path("corpus") + ") ",
                replacing("disk", "disks"),
                "corpus/c.jsonl | made with texts files c.jsonl (",
                file -> Files.writeString(file, "{\"id\": \"d4\", \"contents\": \"x\"}\n"))));
  }

  @Test
  void ofAStudysRecordingThatWasMadeAgainUnderItsName() throws IOException {
    record("recorded", "red disk");
    String[] command =
        study(
            "study",
            "-run",
            path("run.txt"),
            "-corpus",
            path("corpus"),
            "-conditions",
            "spec:mean blocks.0.hook_resid_pre from=" + path("recorded") + " per=role");
    Shell.succeed(command);
    JsonNode condition = json(temporary.resolve("study/study.json")).at("/conditions/1");
    record("recorded", "red disk");
    Shell.succeed(with(command, "-resume"));
    assertEquals(condition, json(temporary.resolve("study/study.json")).at("/conditions/1"));
    record("recorded", "red water");
    Shell shell = Shell.run(with(command, "-resume"));
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    String named = "was made with input 1 of condition 1 (" + path("recorded") + ") ";
    assertTrue(
        shell.err().contains(named + condition.at("/inputs/0/sha256").asText()), shell.err());
  }

  @Test
  void ofAStudyOverAnIndex() throws IOException {
    String[] index = {
      "index",
      "-collection",
      "JsonCollection",
      "-input",
      path("corpus"),
      "-index",
      path("index"),
      "-generator",
      "DefaultLuceneDocumentGenerator",
      "-threads",
      "1",
      "-storeRaw"
    };
    Shell.succeed(index);
    String[] command = study("study", "-index", path("index"), "-conditions", "layers");
    eachInputDecides(
        command,
        temporary.resolve("study"),
        modelChanges("made with model (" + path("model") + ") ", "made with model file "));
    Files.move(temporary.resolve("moved"), in);
    // A document that no topic finds.
    Files.writeString(
        in.resolve("corpus/c.jsonl"), "{\"id\": \"d4\", \"contents\": \"nothing else\"}\n");
    Shell.succeed(index);
    Shell shell = Shell.run(with(command, "-resume"));
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(
        shell.err().contains("was made with texts sha256 (" + path("index") + ") "), shell.err());
  }

  @Test
  void ofPatching() throws IOException {
    eachInputDecides(
        new String[] {
          "patch",
          "-sweep",
          "head",
          "-rounds",
          "50",
          "-floor",
          "0",
          "-model",
          path("model"),
          "-pairs",
          path("contrast.jsonl"),
          "-output",
          temporary.resolve("patched").toString()
        },
        temporary.resolve("patched"),
        all(
            modelChanges("made with model (" + path("model") + ") ", "made with model file "),
            Map.of(
                "contrast.jsonl | made with pairs (" + path("contrast.jsonl") + ") ",
                ResumeIdentityTest::addSpace)));
  }

  private String[] recording(String output, String... more) {
    return with(
        new String[] {
          "record",
          "-model",
          path("model"),
          "-hooks",
          "*resid_post",
          "-positions",
          "cls",
          "-output",
          temporary.resolve(output).toString()
        },
        more);
  }

  @Test
  void ofARecordingOfPairs() throws IOException {
    eachInputDecides(
        recording("pairs", "-pairs", path("pairs.tsv")),
        temporary.resolve("pairs"),
        all(
            modelChanges("model.sha256 was", "model.files."),
            Map.of("pairs.tsv | data.pairs.sha256 was", replacing("disk", "disks"))));
  }

  @Test
  void ofARecordingOfARun() throws IOException {
    eachInputDecides(
        recording(
            "run",
            "-run",
            path("run.txt"),
            "-topics",
            path("topics.tsv"),
            "-corpus",
            path("corpus")),
        temporary.resolve("run"),
        Map.of(
            "run.txt | data.run.sha256 was", replacing("2 2 t", "2 2.5 t"),
            "topics.tsv | data.topics.sha256 was", replacing("memory", "memories"),
            "corpus/a.jsonl | data.texts.files.a.jsonl was", replacing("red", "blue")));
  }

  /** The files are the same; another field of the topics makes other queries. */
  @Test
  void ofTheFieldOfTopics() throws IOException {
    Files.writeString(
        in.resolve("topics.tsv"),
        """
        <top>
        <num> Number: 1
        <title> red water
        <desc> Description:
        memory of the disk
        </top>
        """);
    Files.writeString(in.resolve("run.txt"), "1 Q0 d1 1 3 t\n1 Q0 d2 2 2 t\n");
    String[] study = {"-run", path("run.txt"), "-corpus", path("corpus"), "-conditions", "layers"};
    Shell.succeed(study("study", study));
    String[] other = with(study, "-resume", "-topicField", "description");
    Shell shell = Shell.run(study("study", other));
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(
        shell.err().contains("was made with queries (" + path("topics.tsv") + ") "), shell.err());
    String[] run = {"-topics", path("topics.tsv"), "-run", path("run.txt")};
    String[] recording = recording("recording", with(run, "-corpus", path("corpus")));
    Shell.succeed(recording);
    Shell record = Shell.run(with(recording, "-resume", "-topicField", "description"));
    assertEquals(ExitCode.INPUT, record.code(), record.err());
    assertTrue(record.err().contains("data.queries was "), record.err());
  }

  /** Every option that names something is here, so that a new one cannot be forgotten. */
  @Test
  void noOptionThatNamesAnInputIsForgotten() {
    Set<String> decided =
        Set.of(
            "-run", "-topics", "-index", "-corpus", "-pairs", "-model", "-conditions", "-prompt");
    // Where named collections are found; their files decide. Measures and judgments may change.
    // A config's options decide, not its text. The map of -patching is only shown.
    Set<String> free = Set.of("-collections", "-qrels", "-config", "-patching", "-output");
    Set<String> known = new TreeSet<>(decided);
    known.addAll(free);
    for (Command command :
        List.of(
            new StudyCommand(new ModelRegistry(), new CollectionOptions(Map.of())),
            new PatchCommand(PatchShell.engine()),
            new RecordCommand(new ModelRegistry(), new CollectionOptions(Map.of())))) {
      for (Object options : command.options()) {
        for (Field field : options.getClass().getDeclaredFields()) {
          Option option = field.getAnnotation(Option.class);
          if (option != null
              && option.metaVar().matches("\\[(file|folder|path|model|what|text)\\]")) {
            boolean prefix = option.name().endsWith(".prefix");
            assertTrue(prefix || known.contains(option.name()), option.name());
          }
        }
      }
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /** Two results under one name of a file have two names. */
  @Test
  void theTagOfARunTellsContentsApartAndNotPlaces() throws IOException {
    Path vectors = Files.copy(in.resolve("model/model.safetensors"), in.resolve("v.safetensors"));
    Path copy = Files.copy(vectors, in.resolve("copy.safetensors"));
    String first = tag(vectors);
    assertEquals(first, tag(copy), "the same content elsewhere");
    JsonNode file = json(in.resolve("out.txt.meta.json")).at("/interventions/files/0");
    assertEquals(copy.toString(), file.path("path").asText());
    assertEquals(Hashes.sha256(copy), file.path("sha256").asText());
    flip(vectors);
    assertNotEquals(first, tag(vectors), "another content under the same name");
  }

  private String tag(Path vectors) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("rerank", "-run", path("run.txt"), "-topics", path("topics.tsv")));
    command.addAll(List.of("-corpus", path("corpus"), "-model", path("model")));
    command.addAll(List.of("-output", path("out.txt"), "-intervene"));
    command.add("add blocks.0.hook_mlp_out vector=" + vectors + BIAS);
    Shell.succeed(command.toArray(String[]::new));
    return Run.read(in.resolve("out.txt")).tag();
  }
}
