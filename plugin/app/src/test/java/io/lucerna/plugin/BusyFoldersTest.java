package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.commands.RecordCommandTest;
import io.lucerna.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Two commands that write into one folder at the same time. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class BusyFoldersTest {
  private static final Path MODEL = RecordCommandTest.MODELS.resolve("bert-cross");
  private static final int TOPICS = 8;

  @TempDir Path folder;

  @BeforeEach
  void inputs() throws IOException {
    StringBuilder topics = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int t = 0; t < TOPICS; t++) {
      topics.append(t).append("\tred water ").append(t).append('\n');
      for (int d = 0; d < 3; d++) {
        run.append(t + " Q0 d" + d + " " + d + " " + (9 - d) + " t\n");
      }
      qrels.append(t + " 0 d1 1\n");
    }
    Files.writeString(folder.resolve("topics.tsv"), topics);
    Files.writeString(folder.resolve("run.txt"), run);
    Files.writeString(folder.resolve("qrels.txt"), qrels);
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    Files.writeString(
        corpus.resolve("a.jsonl"),
        """
        {"id": "d0", "contents": "red disk of water"}
        {"id": "d1", "contents": "memory of water"}
        {"id": "d2", "contents": "disk"}
        """);
    Files.writeString(folder.resolve("contrast.jsonl"), FakePairs.lines(3));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static final String CANDIDATES = " -topics @topics.tsv -run @run.txt -corpus @corpus ";

  /** The words of a line; {@code @} stands before the names of files. */
  private String[] words(String line) {
    return Stream.of(line.split(" +"))
        .map(word -> word.startsWith("@") ? path(word.substring(1)) : word)
        .toArray(String[]::new);
  }

  private String[] study(String output) {
    String options = "-conditions heads -rounds 50 -qrels @qrels.txt -model " + MODEL;
    return words("study" + CANDIDATES + options + " -output @" + output);
  }

  private String[] patch(String output) {
    String options = "-sweep head -rounds 50 -floor 0 -pairs @contrast.jsonl -model " + MODEL;
    return words("patch " + options + " -output @" + output);
  }

  private String[] record(String output) {
    String options = "-hooks *resid_post -positions all -model " + MODEL;
    return words("record" + CANDIDATES + options + " -output @" + output);
  }

  private String[] explain(String output) {
    String options = "-erase remove -steps 1 -model " + MODEL;
    return words("explain -evaluate" + CANDIDATES + options + " -output @" + output);
  }

  private String[] index(String output) {
    String options = "-generator DefaultLuceneDocumentGenerator -threads 1 -index @" + output;
    return words("index -collection JsonCollection -input @corpus " + options);
  }

  private static String[] with(String[] command, String... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void everyCommandRefusesAFolderThatIsHeldAndSaysByWhom() throws IOException {
    Path busy = Files.createDirectory(folder.resolve("busy"));
    Path certificate = folder.resolve("certificate.json");
    List<String[]> commands =
        List.of(
            study("busy"),
            with(study("busy"), "-resume"),
            patch("busy"),
            with(patch("busy"), "-resume"),
            record("busy"),
            with(record("busy"), "-resume"),
            index("busy"),
            new String[] {"report", path("busy")},
            new String[] {"regress", "-regression", "bundled", "-output", path("busy")},
            new String[] {"demo", "-output", path("busy")},
            new String[] {
              "certify", "-model", MODEL.toString(), "-output", certificate.toString()
            });
    String who = "is in use by process " + ProcessHandle.current().pid() + " on ";
    try (FolderLock lock = FolderLock.take(busy, "the first one");
        FolderLock file = FolderLock.takeFile(certificate, "the first one")) {
      for (String[] command : commands) {
        Shell shell = Shell.run(command);
        String name = String.join(" ", command);
        assertEquals(ExitCode.FAILED, shell.code(), name + ": " + shell.err());
        assertTrue(shell.err().contains(who), name + ": " + shell.err());
        assertTrue(shell.err().contains(": the first one; "), name + ": " + shell.err());
        lock.check();
        file.check();
      }
    }
    try (Stream<Path> left = Files.list(busy)) {
      assertEquals(List.of(), left.toList());
    }
    assertFalse(Files.exists(certificate));
  }

  @Test
  void aFolderOfAnotherCommandIsNamed() {
    Map<String, String[]> commands =
        Map.of(
            "study", study("study"),
            "patch", patch("patch"),
            "record", record("record"),
            "explain", explain("explain"));
    commands.values().forEach(Shell::succeed);
    for (String owner : commands.keySet()) {
      for (String command : commands.keySet()) {
        if (command.equals(owner)) {
          continue;
        }
        String[] words = Objects.requireNonNull(commands.get(command)).clone();
        words[words.length - 1] = path(owner);
        for (String[] call : List.of(words, with(words, "-resume"))) {
          Shell shell = Shell.run(call);
          assertEquals(ExitCode.USAGE, shell.code(), shell.err());
          String told = path(owner) + ": is a folder of " + owner + ", not of " + command + "; ";
          assertTrue(shell.err().contains(told), shell.err());
        }
      }
    }
  }

  /** Of some calls at the same moment, one ends well, and the others are refused. */
  private static void oneOf(List<Callable<Shell>> calls) throws Exception {
    CyclicBarrier together = new CyclicBarrier(calls.size());
    List<Shell> shells = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      List<Future<Shell>> started = new ArrayList<>();
      for (Callable<Shell> call : calls) {
        started.add(
            threads.submit(
                () -> {
                  together.await();
                  return call.call();
                }));
      }
      for (Future<Shell> one : started) {
        shells.add(one.get());
      }
    }
    List<Shell> refused = shells.stream().filter(s -> s.code() != ExitCode.DONE).toList();
    assertEquals(shells.size() - 1, refused.size(), shells.toString());
    for (Shell shell : refused) {
      assertTrue(
          shell
              .err()
              .matches(
                  "(?s).*(is in use by process \\d+ on |holds a study already|exists already|holds a"
                      + " recording).*"),
          shell.err());
    }
  }

  private static void oneOf(String[] command) throws Exception {
    oneOf(List.of(() -> Shell.run(command), () -> Shell.run(command), () -> Shell.run(command)));
  }

  private static void eachItemOnce(Path journal, String field, int items) throws IOException {
    Set<String> seen = new HashSet<>();
    for (String line : Files.readAllLines(journal)) {
      String item = new ObjectMapper().readTree(line).path(field).asText();
      assertTrue(item.isEmpty() || seen.add(item), item + " occurs twice");
    }
    assertEquals(items, seen.size());
  }

  @Test
  void threadsThatStudyAtTheSameMoment() throws Exception {
    oneOf(study("study"));
    eachItemOnce(folder.resolve("study/journal.jsonl"), "item", TOPICS);
  }

  @Test
  void threadsThatPatchAtTheSameMoment() throws Exception {
    oneOf(patch("patched"));
    eachItemOnce(folder.resolve("patched/journal.jsonl"), "pair", 3);
  }

  @Test
  void threadsThatRecordAtTheSameMoment() throws Exception {
    oneOf(record("recorded"));
    try (Recording recording = Recording.open(folder.resolve("recorded"))) {
      assertEquals(TOPICS * 3, recording.ids().size());
    }
  }

  @Test
  void processesThatStudyAtTheSameMoment() throws Exception {
    List<String> command = ChildJvm.command(Main.class, study("study"));
    Callable<Shell> call =
        () -> {
          Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
          String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          return new Shell(process.waitFor() == 0 ? ExitCode.DONE : ExitCode.FAILED, "", said);
        };
    oneOf(List.of(call, call));
    eachItemOnce(folder.resolve("study/journal.jsonl"), "item", TOPICS);
  }

  /** The run and what tells how it was made are of one of them, whichever was last. */
  @Test
  void rerankingsIntoOneFileAreNeverMixed() throws Exception {
    Path out = folder.resolve("out.txt");
    for (int round = 0; round < 5; round++) {
      CyclicBarrier together = new CyclicBarrier(3);
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        List<Future<Shell>> started = new ArrayList<>();
        for (String tag : List.of("one", "two", "three")) {
          started.add(
              threads.submit(
                  () -> {
                    together.await();
                    String options = "-runtag " + tag + " -output @out.txt -model " + MODEL;
                    return Shell.succeed(words("rerank" + CANDIDATES + options));
                  }));
        }
        for (Future<Shell> one : started) {
          one.get();
        }
      }
      String tag = Run.read(out).tag();
      String meta = Files.readString(folder.resolve("out.txt.meta.json"));
      assertTrue(meta.contains("\"-runtag\", \"" + tag + "\""), tag + ": " + meta);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of("out.txt", "out.txt.meta.json"),
          left.map(file -> file.getFileName().toString())
              .filter(name -> name.startsWith("out"))
              .sorted()
              .toList());
    }
  }
}
