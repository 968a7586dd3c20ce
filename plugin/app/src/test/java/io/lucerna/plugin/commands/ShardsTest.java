package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.recording.RecordedInputs;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.recording.RecordingException;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.work.Floats;
import io.lucerna.studies.work.ShardFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole of any number of shards, done in any order, is what one process writes. */
class ShardsTest {
  private static final int TOPICS = 7;

  @TempDir Path folder;

  /** Topics that share passages; their runs go beyond the depth. */
  @BeforeEach
  void inputs() throws IOException {
    StringBuilder topics = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    StringBuilder pairs = new StringBuilder("qid\tquery\tdocid\ttext\n");
    StringBuilder corpus = new StringBuilder();
    for (int d = 0; d < 12; d++) {
      String text = "red disk of water " + "memory ".repeat(d % 5) + d;
      corpus.append("{\"id\": \"d" + d + "\", \"contents\": \"" + text + "\"}\n");
    }
    for (int t = 0; t < TOPICS; t++) {
      topics.append(t + "\tred water " + t % 3 + "\n");
      for (int d = 0; d < 3 + t % 3; d++) {
        int doc = (t * 2 + d) % 12;
        run.append(t + " Q0 d" + doc + " " + d + " " + (9 - d) + " t\n");
        qrels.append(t + " 0 d" + doc + " " + d % 3 + "\n");
        String text = "red disk of water " + "memory ".repeat(doc % 5) + doc;
        pairs.append(t + "\tred water " + t % 3 + "\td" + doc + "\t" + text + "\n");
      }
    }
    Files.writeString(folder.resolve("topics.tsv"), topics);
    Files.writeString(folder.resolve("run.txt"), run);
    Files.writeString(folder.resolve("qrels.txt"), qrels);
    Files.writeString(folder.resolve("pairs.tsv"), pairs);
    Files.writeString(Files.createDirectory(folder.resolve("corpus")).resolve("a.jsonl"), corpus);
    Files.writeString(folder.resolve("contrast.jsonl"), FakePairs.lines(TOPICS));
    StringBuilder ready = new StringBuilder();
    for (int i = 0; i < TOPICS; i++) {
      String base = "the disk of water " + i;
      ready.append("q" + i + "\tred\td" + i + "\t" + base + "\t" + base + " red\n");
    }
    Files.writeString(folder.resolve("ready.tsv"), ready);
  }

  private static final String CANDIDATES = " -topics @topics.tsv -run @run.txt -corpus @corpus ";

  private static final Map<String, String> COMMANDS =
      Map.of(
          "study",
          "study -conditions heads -conditions random:2:2 -rounds 50 -qrels @qrels.txt -depth 4"
              + CANDIDATES,
          "record",
          "record -hooks *resid_post,*pattern -positions query,match,passage -gradients"
              + " -qrels @qrels.txt -pairs @pairs.tsv",
          "mean",
          "record -hooks *resid_post,pooler* -positions mean -half -difference relevant"
              + " -qrels @qrels.txt -pairs @pairs.tsv",
          "patch",
          "patch -sweep head -direction both -rounds 50 -floor 12.3% -pairs @contrast.jsonl",
          "drawn",
          "patch -sweep mlp -rounds 50 -floor 0 -maxPairs 5 -perturbation TFC1 -pairs @ready.tsv",
          "explain",
          "explain -evaluate -erase remove -steps 1 -rounds 50 -qrels @qrels.txt" + CANDIDATES);

  private Shell run(String line, String... more) {
    List<String> words =
        new ArrayList<>(
            Stream.of(line.strip().split(" +"))
                .map(word -> word.startsWith("@") ? path(word.substring(1)) : word)
                .toList());
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void done(Shell shell) {
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
  }

  private static String model(String name) {
    return " -model " + RecordCommandTest.MODELS.resolve(name);
  }

  private static Map<String, byte[]> files(Path of) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(of)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(of.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private void same(String expected, String actual) throws IOException {
    Map<String, byte[]> is = files(folder.resolve(actual));
    Map<String, byte[]> should = files(folder.resolve(expected));
    assertEquals(should.keySet(), is.keySet());
    should.forEach((name, bytes) -> assertArrayEquals(bytes, is.get(name), name));
  }

  /** Does all shards, and joins them, each in an order of its own. */
  private void inParts(String line, int of, String merged, Random random) {
    List<Integer> numbers = new ArrayList<>(IntStream.rangeClosed(1, of).boxed().toList());
    Collections.shuffle(numbers, random);
    for (int number : numbers) {
      done(run(line, "-shard", number + "/" + of, "-output", path(merged + number)));
    }
    Collections.shuffle(numbers, random);
    List<String> words = new ArrayList<>(List.of("merge"));
    numbers.forEach(number -> words.add(path(merged + number)));
    words.addAll(List.of("-output", path(merged)));
    done(Shell.run(words.toArray(String[]::new)));
  }

  @ParameterizedTest
  @CsvSource({
    "study,bert-cross,9",
    "study,bert-bi,0",
    "patch,bert-cross,0",
    "drawn,bert-cross,0",
    "explain,bert-bi,0",
    "record,bert-cross,0",
    "record,bert-bi,0",
    "mean,bert-cross,0",
  })
  void areWhatOneProcessWrites(String command, String model, int shards) throws IOException {
    Random random = new Random(command.hashCode() + model.hashCode());
    String line = COMMANDS.get(command) + model(model);
    done(run(line, "-output", path("whole")));
    // More shards than items: some have none.
    inParts(line, shards > 0 ? shards : 2 + random.nextInt(2), "parts", random);
    same("whole", "parts");
  }

  private void refused(Shell shell, ExitCode code, String why) {
    assertEquals(code, shell.code(), shell.err());
    String last = shell.err().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.contains(why), shell.err());
  }

  private Shell merge(String folders) {
    List<String> words = new ArrayList<>(List.of("merge"));
    Stream.of(folders.split(" ")).map(this::path).forEach(words::add);
    words.addAll(List.of("-output", path("joined")));
    return Shell.run(words.toArray(String[]::new));
  }

  @Test
  void whatDoesNotBelongIsRefusedByName() throws IOException {
    String line = COMMANDS.get("patch") + model("bert-cross");
    done(run(line, "-output", path("whole")));
    done(run(line, "-shard", "1/2", "-output", path("a")));
    done(run(line, "-shard", "2/2", "-output", path("b")));
    done(run(line + " -seed 5", "-shard", "2/2", "-output", path("c")));
    done(run(line, "-shard", "1/3", "-output", path("d")));
    String bi = COMMANDS.get("patch") + model("bert-bi");
    done(run(bi, "-shard", "2/2", "-output", path("e")));
    String a = path("a") + " (shard 1/2)";
    refused(merge("a"), ExitCode.INPUT, "no folder holds shard 2/2: give the folders of all 2");
    refused(merge("d"), ExitCode.INPUT, "no folder holds shards 2/3, 3/3: give");
    refused(merge("a b a"), ExitCode.INPUT, a + ": is the same shard as " + a + "; give each once");
    String foreign = " (shard 2/2): is not of the same whole as " + a + ": ";
    refused(merge("a c"), ExitCode.INPUT, path("c") + foreign + "seed is 5, not 42");
    refused(merge("a e"), ExitCode.INPUT, path("e") + foreign + "model name is ");
    refused(merge("a d"), ExitCode.INPUT, "number of shards is 3, not 2");
    refused(merge("a whole"), ExitCode.INPUT, path("whole") + ": holds no shard");
    refused(merge("a nowhere"), ExitCode.INPUT, path("nowhere") + ": no such folder");
    refused(
        run(line, "-shard", "1/2", "-output", path("b"), "-resume"),
        ExitCode.FAILED,
        "was made with shard 2/2, not 1/2");
    for (String shard : List.of("0/2", "3/2", "2", "1/2/3", "-1/2", "1/0")) {
      refused(run(line, "-shard", shard, "-output", path("f")), ExitCode.USAGE, "shard");
    }
    try (FolderLock lock = FolderLock.take(folder.resolve("joined"), "the first one")) {
      refused(merge("a b"), ExitCode.FAILED, "is in use by");
    }
    assertFalse(Files.exists(folder.resolve("joined")));
    refused(
        Shell.run("merge", path("a"), path("b"), "-output", path("b")),
        ExitCode.USAGE,
        path("b") + ": is one of the shards; give another folder for the whole");
    changed(
        "b/pairs.jsonl",
        lines -> lines.substring(lines.indexOf('\n') + 1),
        ExitCode.FAILED,
        path("b") + " (shard 2/2): pairs.jsonl has changed since the shard was made");
    refused(
        Shell.run("report", path("a")),
        ExitCode.INPUT,
        "study.json: no such file; the folder holds shard 1/2 of patch; merge joins all shards");
    Path recording = Files.createDirectory(folder.resolve("joined"));
    Files.writeString(recording.resolve("index.jsonl"), "");
    refused(merge("a b"), ExitCode.USAGE, "is a folder of record, not of patch");
  }

  /** What a kill leaves: a last line that is torn. */
  private void tear(String name) throws IOException {
    Path journal = folder.resolve(name).resolve("journal.jsonl");
    byte[] all = Files.readAllBytes(journal);
    Files.write(journal, Arrays.copyOf(all, all.length - 7));
  }

  @Test
  void aShardAndAMergeThatWereBrokenOffResume() throws IOException {
    String line = COMMANDS.get("patch") + model("bert-cross");
    done(run(line, "-output", path("whole")));
    for (int number = 1; number <= 2; number++) {
      done(run(line, "-shard", number + "/2", "-output", path("p" + number)));
    }
    tear("p2");
    refused(
        merge("p2 p1"),
        ExitCode.FAILED,
        path("p2") + " (shard 2/2): is unfinished, 1 of 3 items left: ");
    done(run(line, "-shard", "2/2", "-output", path("p2"), "-resume"));
    done(merge("p2 p1"));
    same("whole", "joined");
    tear("joined");
    Files.delete(folder.resolve("joined/report.html"));
    done(merge("p1 p2"));
    same("whole", "joined");
  }

  /** Whether all of its own topics are done is what counts, and not those of other shards. */
  @Test
  void aStudysShardIsReportedByItsOwnTopics() throws IOException {
    String line = COMMANDS.get("study") + model("bert-cross");
    done(run(line, "-shard", "1/2", "-output", path("a")));
    int own = ShardFolder.read(folder.resolve("a")).own().size();
    assertTrue(own > 1 && own < TOPICS, "topics of the shard: " + own);
    String start = path("a") + ": shard 1/2, ";
    String end = " of its " + own + " topics done; merge joins all shards, ";
    Shell finished = Shell.run("report", path("a"));
    done(finished);
    assertTrue(finished.out().startsWith(start + "finished, " + own + end), finished.out());
    tear("a");
    Shell torn = Shell.run("report", path("a"));
    done(torn);
    assertTrue(torn.out().startsWith(start + "unfinished, " + (own - 1) + end), torn.out());
  }

  @Test
  void aShardOfARecordingIsNoRecording() throws IOException {
    String line = COMMANDS.get("record") + model("bert-cross");
    done(run(line, "-shard", "1/2", "-output", path("p/1")));
    RecordingException e =
        assertThrows(RecordingException.class, () -> Recording.open(folder.resolve("p/1")));
    assertEquals(
        path("p/1") + ": is shard 1/2 of a recording; join all of them with merge", e.getMessage());
    refused(
        run(line, "-resume", "-output", path("p/1")),
        ExitCode.INPUT,
        "shard was \"1/2\" and is not given");
    done(run(line, "-shard", "2/2", "-output", path("p/2")));
    Path head = folder.resolve("p/2/unfinished.json");
    Files.move(folder.resolve("p/2/manifest.json"), head);
    e = assertThrows(RecordingException.class, () -> RecordedInputs.open(folder.resolve("p/2")));
    assertEquals(
        path("p/2") + ": is shard 2/2 of a recording; finish it, and join all of them with merge",
        e.getMessage());
    Files.delete(head);
    refused(merge("p/1 p/2"), ExitCode.FAILED, path("p/2") + " (shard 2/2): is unfinished, 0 of ");
  }

  @Test
  void aDifferenceCanBeAskedForLater() throws IOException {
    String line = COMMANDS.get("mean") + model("bert-cross");
    String without = line.replace(" -difference relevant", "");
    for (String each : List.of(without, line + " -resume")) {
      done(run(each, "-output", path("whole")));
      done(run(each, "-shard", "1/2", "-output", path("p/1")));
      done(run(each, "-shard", "2/2", "-output", path("p/2")));
    }
    done(merge("p/1 p/2"));
    same("whole", "joined");
  }

  private interface Change {
    String of(String content) throws IOException;
  }

  /** Changes a file of a shard, which is refused, and changes it back. */
  private void changed(String file, Change change, ExitCode code, String why) throws IOException {
    Path path = folder.resolve(file);
    String content = Files.readString(path);
    Files.writeString(path, change.of(content));
    refused(merge("a b"), code, why);
    Files.writeString(path, content);
  }

  private static String withFirstScore(String journal, float score) {
    int at = journal.indexOf("\"scores\":[\"") + 11;
    int end = journal.indexOf('"', at);
    float[] scores = Floats.of(journal.substring(at, end));
    scores[0] = score;
    return journal.substring(0, at) + Floats.base64(scores) + journal.substring(end);
  }

  @Test
  void aStudysShardThatWasChangedIsRefused() throws IOException {
    String line = COMMANDS.get("study") + model("bert-cross");
    done(run(line, "-output", path("whole")));
    done(run(line, "-shard", "1/2", "-output", path("a")));
    done(run(line, "-shard", "2/2", "-output", path("b")));
    String b = path("b") + " (shard 2/2): ";
    String since = " has changed since the shard was made";
    for (String name : List.of("a", "b")) {
      changed(
          name + "/judgments.txt",
          grades -> grades.replaceFirst("0\n", "3\n"),
          ExitCode.FAILED,
          path(name) + " (shard " + (name.equals("a") ? 1 : 2) + "/2): judgments.txt" + since);
    }
    changed("b/journal.jsonl", all -> "", ExitCode.FAILED, b + "is unfinished, ");
    changed(
        "b/journal.jsonl",
        all -> withFirstScore(all, Float.NaN),
        ExitCode.FAILED,
        path("b") + "/journal.jsonl: item 2 is damaged: a score is not finite: NaN");
    String file = path("b") + "/shard.json";
    changed("b/shard.json", all -> "", ExitCode.INPUT, file + ": does not describe a shard");
    changed(
        "b/shard.json",
        all -> all.replace("\"2/2\"", "\"2\""),
        ExitCode.INPUT,
        file + ": a shard is a number and how many there are");
    done(merge("a b"));
    same("whole", "joined");
    changed(
        "joined/journal.jsonl",
        all -> withFirstScore(all, 7),
        ExitCode.FAILED,
        path("joined") + "/journal.jsonl: has another outcome of ");
    done(merge("a b"));
    same("whole", "joined");
  }

  @Test
  void aScreenIsOfAllTopics() {
    refused(
        run(
            COMMANDS.get("study") + model("bert-cross") + " -screen gradient -confirm 1",
            "-shard",
            "1/2",
            "-output",
            path("s")),
        ExitCode.USAGE,
        "-screen is for one process, without -shard");
  }
}
