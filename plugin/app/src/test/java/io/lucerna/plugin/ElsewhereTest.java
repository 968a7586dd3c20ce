package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose items somebody else does: here, a worker that the test asks. */
class ElsewhereTest {
  private static final String[] HEADS = {"-conditions", "heads"};

  @TempDir Path folder;

  @BeforeEach
  void inputs() throws IOException {
    StringBuilder run = new StringBuilder();
    for (int topic = 1; topic <= 4; topic++) {
      for (int doc = 0; doc <= topic; doc++) {
        run.append(topic + " Q0 d" + doc + " 1 " + (9 - doc) + " first\n");
      }
    }
    Files.writeString(path("run.txt"), run);
    Files.writeString(path("topics.tsv"), "1\tlamp\n2\toil lamp\n3\tglass\n4\tthe oil\n");
    Files.writeString(
        path("corpus.jsonl"),
        Stream.of("the lamp of oil", "glass", "light of the lamp", "old oil", "a glass lamp")
            .reduce(
                "",
                (all, text) ->
                    all
                        + "{\"id\": \"d"
                        + all.lines().count()
                        + "\", \"contents\": \""
                        + text
                        + "\"}\n"));
    Files.writeString(path("qrels.txt"), "1 0 d0 1\n2 0 d2 1\n3 0 d1 1\n4 0 d0 2\n");
  }

  private Path path(String name) {
    return folder.resolve(name);
  }

  private List<String> study(String output, String... more) {
    List<String> words = new ArrayList<>(List.of("study", "-model", Checkout.model("bert-cross")));
    words.addAll(List.of("-topics", "" + path("topics.tsv"), "-corpus", "" + path("corpus.jsonl")));
    words.addAll(List.of("-run", "" + path("run.txt"), "-qrels", "" + path("qrels.txt")));
    words.addAll(List.of("-rounds", "20", "-output", "" + path(output)));
    words.addAll(List.of(more));
    return words;
  }

  /** Runs a command whose items a worker does that was opened with some arguments. */
  private Shell run(List<String> arguments, List<String> workers) {
    return run(arguments, workers, Integer.MAX_VALUE);
  }

  private Shell run(List<String> arguments, List<String> workers, int most) {
    Map<String, Function<String, byte[]>> opened = new LinkedHashMap<>();
    BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool =
        (todo, sink) -> {
          String work = (String) todo.get("work");
          Function<String, byte[]> worker =
              opened.computeIfAbsent(work, settings -> Elsewhere.worker(workers, settings));
          List<String> ids = Arrays.asList((String[]) todo.get("ids"));
          for (String id : ids.reversed().subList(0, Math.min(most, ids.size()))) {
            sink.accept(Map.of(id, worker.apply(id)));
          }
          if (most < ids.size()) {
            throw new UncheckedIOException(new IOException("Spark: lost"));
          }
        };
    return run(arguments, pool);
  }

  private static Shell run(
      List<String> arguments, BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitCode code =
        new Main(
                Main.COMMANDS,
                Elsewhere.items("test", pool),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false)
            .run(arguments.toArray(String[]::new));
    return new Shell(code, "", err.toString(StandardCharsets.UTF_8));
  }

  private Map<String, String> files(String output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(path(output))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        files.put(
            path(output).relativize(file).toString(),
            new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }

  @Test
  void theFolderIsThatOfOneProcess() throws IOException {
    Shell alone = Shell.succeed(study("alone", HEADS).toArray(String[]::new));
    List<String> words = study("elsewhere", HEADS);
    Shell elsewhere = run(words, words);
    assertEquals(ExitCode.DONE, elsewhere.code(), elsewhere.err());
    assertEquals(alone.err(), elsewhere.err().replace("elsewhere", "alone"));
    assertEquals(files("alone"), files("elsewhere"));
  }

  @Test
  void aFailedItemEndsTheCommandAsItDoesInOneProcess() throws IOException {
    String nan = "spec:add blocks.1.hook_resid_pre unit=0 vector=[1] dose=1e30";
    Files.writeString(path("run.txt"), "2 Q0 d0 1 2 first\n");
    Shell alone = Shell.run(study("alone", "-conditions", nan).toArray(String[]::new));
    List<String> words = study("elsewhere", "-conditions", nan);
    Shell elsewhere = run(words, words);
    assertEquals(ExitCode.FAILED, alone.code(), alone.err());
    assertEquals(alone, elsewhere);
  }

  /** A hook that fails, which names its points and changes what is there by this code. */
  private String hook(String points, String change) throws IOException {
    String code =
        """
        import ai.djl.ndarray.NDArray;
        import io.lucerna.instrumentation.intervene.*;
        import java.util.List;
        public class Fails implements CustomHook {
          public List<String> points() { POINTS }
          public NDArray change(NDArray x, HookedText text) { CHANGE }
        }
        """;
    Files.writeString(path("Fails.java"), code.replace("POINTS", points).replace("CHANGE", change));
    return path("Fails.java").toString();
  }

  /** Spark takes what an item throws for the end of the executor. */
  @Test
  void memoryThatIsShortIsAnItemsAnswer() throws IOException {
    Files.writeString(path("run.txt"), "2 Q0 d0 1 2 first\n");
    String fails =
        hook("return List.of(\"blocks.0.hook_mlp_out\");", "throw new OutOfMemoryError(\"none\");");
    Shell alone = Shell.run(study("alone", "-hook", fails).toArray(String[]::new));
    assertEquals(ExitCode.FAILED, alone.code(), alone.err());
    assertTrue(alone.err().contains("lucerna study: out of memory: "), alone.err());
    List<String> words = study("elsewhere", "-hook", fails);
    List<Answer> answers = new ArrayList<>();
    Shell elsewhere =
        run(
            words,
            (todo, sink) -> {
              String work = Objects.requireNonNull((String) todo.get("work"));
              String id = Arrays.asList((String[]) todo.get("ids")).getFirst();
              byte[] answer = Elsewhere.worker(words, work).apply(id);
              answers.add(Answer.of(answer));
              sink.accept(Map.of(id, answer));
            });
    assertEquals(alone, elsewhere);
    assertEquals(1, answers.size());
    Answer.Failed failed = assertInstanceOf(Answer.Failed.class, answers.getFirst());
    assertEquals(ExitCode.FAILED, failed.code());
    assertTrue(alone.err().endsWith(failed.message() + "\n"), failed.message());
  }

  @Test
  @Timeout(300)
  void whateverKeepsAWorkerFromOpeningIsItsAnswer() throws IOException {
    String fails = hook("throw new InternalError(\"broken\");", "return x;");
    Answer answer = Answer.of(Elsewhere.worker(study("out", "-hook", fails), "{}").apply("1"));
    Answer.Failed failed = assertInstanceOf(Answer.Failed.class, answer);
    assertEquals(ExitCode.FAILED, failed.code());
    assertTrue(failed.message().contains("java.lang.InternalError: broken"), failed.message());
  }

  @Test
  void aWorkerWithOtherInputsIsRefused() throws IOException {
    List<String> words = study("out", HEADS);
    Path other = Files.writeString(path("other.txt"), "1 Q0 d0 1 2 first\n");
    List<String> others = new ArrayList<>(words);
    others.replaceAll(word -> word.endsWith("/run.txt") ? other.toString() : word);
    Shell shell = run(words, others);
    assertEquals(ExitCode.INPUT, shell.code());
    assertTrue(
        shell.err().matches("(?s).*: other inputs than those of the command: .* is .*, not .*"),
        shell.err());
    others.replaceAll(word -> word.equals(other.toString()) ? "nowhere.txt" : word);
    assertTrue(
        run(study("out", "-conditions", "heads", "-resume"), others)
            .err()
            .endsWith(": nowhere.txt: no such file or folder\n"));
  }

  @Test
  void aScreenIsOfOneProcess() {
    List<String> words =
        study("out", "-conditions", "heads", "-screen", "gradient", "-confirm", "1");
    Shell shell = run(words, words);
    assertEquals(ExitCode.USAGE, shell.code());
    assertEquals(
        "lucerna study: -screen is for one process, without -shard: which conditions are run"
            + " depends on all topics\n",
        shell.err());
  }

  private List<String> record(String output, String... more) {
    List<String> words = new ArrayList<>(List.of("record", "-model", Checkout.model("bert-bi")));
    words.addAll(List.of("-topics", "" + path("topics.tsv"), "-corpus", "" + path("corpus.jsonl")));
    words.addAll(List.of("-run", "" + path("run.txt"), "-hooks", "blocks.*.attn.hook_z"));
    words.addAll(List.of("-positions", "all", "-gradients", "-half", "-shard.size", "1"));
    words.addAll(List.of("-qrels", "" + path("qrels.txt"), "-output", "" + path(output)));
    words.addAll(List.of(more));
    return words;
  }

  @Test
  void theRecordingIsThatOfOneProcess() throws IOException {
    Shell.succeed(record("alone").toArray(String[]::new));
    // A worker that cannot do more than two shards.
    List<String> words = record("elsewhere");
    Shell broken = run(words, words, 2);
    assertEquals(ExitCode.FAILED, broken.code());
    assertEquals("lucerna record: Spark: lost\n", broken.err().lines().toList().getLast() + "\n");
    Shell refused = run(words, words);
    assertEquals(ExitCode.USAGE, refused.code());
    assertTrue(refused.err().contains("elsewhere.parts: holds parts of a recording; give -resume"));
    List<String> other = record("elsewhere", "-resume", "-depth", "1");
    Shell another = run(other, other);
    assertTrue(another.err().contains("holds parts of another recording: command"), another.err());
    List<String> resumed = record("elsewhere", "-resume");
    Shell shell = run(resumed, resumed);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains("recorded 14 pairs"), shell.err());
    assertEquals(files("alone"), files("elsewhere"));
    assertFalse(Files.exists(path("elsewhere.parts")));
    assertTrue(run(resumed, resumed).err().contains("already holds the complete recording"));
  }
}
