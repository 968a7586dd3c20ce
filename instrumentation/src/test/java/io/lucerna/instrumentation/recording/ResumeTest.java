package io.lucerna.instrumentation.recording;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording that is broken off, at any place, and resumed, comes out the same. */
class ResumeTest {
  private static final int INPUTS = 11;
  private static final String POINTS = "blocks.*.attn.hook_z,*pattern,hook_logits";

  @TempDir Path temp;
  private Recorder recorder;
  private RecordingSpec spec;
  private Map<String, byte[]> expected;
  private int folders;

  @BeforeEach
  void recordWithoutABreak() throws IOException {
    recorder = Recorder.of("bert-cross", INPUTS, 21);
    // Two or three inputs in a shard.
    spec = recorder.spec(POINTS, "all", true, 35_000);
    Path folder = temp.resolve("whole");
    recorder.record(folder, spec, INPUTS, false);
    expected = Recorder.files(folder);
    assertTrue(expected.containsKey("shard-00003.safetensors"), expected.keySet().toString());
    assertFalse(expected.containsKey("shard-00009.safetensors"), expected.keySet().toString());
  }

  @AfterEach
  void close() {
    recorder.close();
  }

  /** A folder as a process left it that was ended after {@code inputs} inputs. */
  private Path brokenOff(int inputs) throws IOException {
    Path folder = temp.resolve("f" + folders++);
    if (inputs < INPUTS) {
      recorder.record(folder, spec, inputs, false);
    }
    return folder;
  }

  private void completes(Path folder, String when) throws IOException {
    recorder.record(folder, spec, INPUTS, true);
    Map<String, byte[]> files = Recorder.files(folder);
    assertEquals(expected.keySet(), files.keySet(), when);
    expected.forEach(
        (name, bytes) -> assertArrayEquals(bytes, files.get(name), name + ", " + when));
  }

  /** The part file of a folder that is being filled. */
  private static Path part(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().matches(".*shard-\\d+\\.part"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void afterEveryInput() throws IOException {
    for (int inputs = 0; inputs < INPUTS; inputs++) {
      completes(brokenOff(inputs), "after " + inputs);
    }
  }

  /** The program's version decides, not the commit that it was built from. */
  @Test
  void afterTheProgramWasBuiltAgain() throws IOException {
    Path folder = temp.resolve("built");
    for (String commit : List.of("a", "b")) {
      Map<String, ?> head = Map.of("versions", Map.of("Lucerna", "1", "commit", commit));
      RecordingWriter.open(folder, head, spec, commit.equals("b")).orElseThrow().close();
    }
    Map<String, ?> other = Map.of("versions", Map.of("Lucerna", "2", "commit", "b"));
    RecordingException refused =
        assertThrows(
            RecordingException.class, () -> RecordingWriter.open(folder, other, spec, true));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("versions.Lucerna"), refused.getMessage());
  }

  @Test
  void meansAfterEveryInput() throws IOException {
    spec = recorder.spec(POINTS, "mean:match", false, 3_000);
    Path whole = temp.resolve("means");
    recorder.record(whole, spec, INPUTS, false);
    expected = Recorder.files(whole);
    assertTrue(expected.containsKey("shard-00002.safetensors"), expected.keySet().toString());
    afterEveryInput();
  }

  @Test
  void gradientsInsideEveryWrite() throws IOException {
    for (String fixture : List.of("bert-cross", "bert-bi")) {
      recorder.close();
      recorder = Recorder.of(fixture, INPUTS, 21);
      String last = fixture.equals("bert-bi") ? "pooler*" : "hook_logits";
      spec =
          recorder
              .spec("blocks.*.attn.hook_z,*pattern," + last, "all", true, 90_000)
              .withGradients(true);
      Path whole = temp.resolve("gradients-" + fixture);
      recorder.record(whole, spec, INPUTS, false);
      expected = Recorder.files(whole);
      assertTrue(expected.containsKey("shard-00002.safetensors"), expected.keySet().toString());
      insideEveryWrite();
    }
  }

  @Test
  void insideEveryWrite() throws IOException {
    for (int inputs = 1; inputs < INPUTS; inputs++) {
      Path next = brokenOff(inputs);
      byte[] index = Files.readAllBytes(next.resolve("index.jsonl"));
      int line =
          new String(index, 0, index.length - 1, StandardCharsets.UTF_8).lastIndexOf('\n') + 1;
      long bytes = Files.size(part(next));
      // The line of the index half written; all of the activations are there, or more.
      for (int cut : new int[] {index.length - 1, line + 1, (line + index.length) / 2}) {
        Path folder = brokenOff(inputs);
        Files.write(folder.resolve("index.jsonl"), Arrays.copyOf(index, cut));
        Files.write(part(folder), new byte[77], StandardOpenOption.APPEND);
        completes(folder, "line of " + inputs + " cut at " + cut);
      }
      // The machine lost power: the line is there, the activations are not.
      for (long cut : new long[] {bytes - 1, bytes / 2, 0}) {
        Path folder = brokenOff(inputs);
        try (var channel = FileChannel.open(part(folder), StandardOpenOption.WRITE)) {
          channel.truncate(cut);
        }
        completes(folder, "activations of " + inputs + " cut at " + cut);
      }
    }
  }

  @Test
  void whileAShardIsPutTogether() throws IOException {
    Map<Integer, Integer> firstOfShard = new HashMap<>();
    for (int inputs = 1; inputs < INPUTS; inputs++) {
      int shard =
          Integer.parseInt(part(brokenOff(inputs)).getFileName().toString().replaceAll("\\D", ""));
      firstOfShard.putIfAbsent(shard, inputs);
    }
    for (Map.Entry<Integer, Integer> first : firstOfShard.entrySet()) {
      if (first.getKey() == 0) {
        continue;
      }
      String before = OpenShard.fileName(first.getKey() - 1);
      int inputs = first.getValue() - 1;
      byte[] shard = expected.getOrDefault(before, new byte[0]);

      Path half = brokenOff(inputs);
      Files.write(half.resolve(before + ".part"), Arrays.copyOf(shard, shard.length / 2));
      completes(half, "half of " + before);

      Path both = brokenOff(inputs);
      Files.write(both.resolve(before), shard);
      completes(both, before + " and its part file");

      Path only = brokenOff(inputs);
      Files.write(only.resolve(before), shard);
      Files.delete(part(only));
      completes(only, before + " without its part file");

      Path next = brokenOff(inputs);
      Files.write(next.resolve(before), shard);
      Files.delete(part(next));
      Files.write(OpenShard.partFile(next, first.getKey()), new byte[99]);
      completes(next, "the first bytes behind " + before);
    }
  }

  @Test
  void atTheEnd() throws IOException {
    byte[] begun = Files.readAllBytes(brokenOff(1).resolve("unfinished.json"));

    Path noManifest = copy();
    Files.delete(noManifest.resolve("manifest.json"));
    Files.write(noManifest.resolve("unfinished.json"), begun);
    Files.write(noManifest.resolve("manifest.json.part"), new byte[9]);
    completes(noManifest, "before the manifest");

    Path both = copy();
    Files.write(both.resolve("unfinished.json"), begun);
    completes(both, "with the manifest");

    completes(copy(), "complete already");
  }

  private Path copy() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("f" + folders++));
    for (Map.Entry<String, byte[]> file : expected.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    return folder;
  }

  @Test
  void atTheStart() throws IOException {
    Path nothing = temp.resolve("nothing");
    completes(nothing, "no folder");
    Path empty = Files.createDirectory(temp.resolve("empty"));
    completes(empty, "an empty folder");
    Path half = Files.createDirectory(temp.resolve("half"));
    Files.writeString(half.resolve("unfinished.json.part"), "{");
    completes(half, "a folder just begun");
  }

  @Test
  void overflowsBeforeTheBreakAreCounted() throws IOException {
    Map<String, Long> counts = new HashMap<>();
    Path folder = temp.resolve("o");
    try (RecordingWriter writer =
        RecordingWriter.open(folder, Recorder.HEAD, spec, false).orElseThrow()) {
      Files.writeString(folder.resolve("index.jsonl"), "", StandardOpenOption.TRUNCATE_EXISTING);
      assertEquals(0, writer.inputs());
    }
    String line =
        "{\"side\":\"pair\",\"shard\":\"shard-00000.safetensors\",\"positions\":[],\"tokens\":[],"
            + "\"overflows\":{\"hook_logits\":3}}\n";
    Files.write(OpenShard.partFile(folder, 0), new byte[(int) (2 * spec.bytes(0, 0))]);
    Files.writeString(folder.resolve("index.jsonl"), line + line + line);
    try (RecordingWriter writer =
        RecordingWriter.open(folder, Recorder.HEAD, spec, true).orElseThrow()) {
      assertEquals(2, writer.inputs(), "the third has no activations");
      counts.putAll(writer.finish(Map.of()).overflows());
    }
    assertEquals(Map.of("hook_logits", 6L), counts);
  }

  private void refused(
      String message, Path folder, Map<String, ?> head, RecordingSpec with, boolean resume) {
    assertEquals(
        message,
        assertThrows(
                RecordingException.class, () -> RecordingWriter.open(folder, head, with, resume))
            .getMessage());
  }

  @Test
  void otherModelsDataAndHooksAreRefused() throws IOException {
    Path folder = brokenOff(4);
    Path file = folder.resolve("unfinished.json");
    String cannot = file + ": cannot be resumed: ";
    String into = "; record into another folder";
    Map<String, Object> head = new HashMap<>(Recorder.HEAD);
    head.put("model", Map.of("sha256", "other"));
    refused(cannot + "model.sha256 was \"abc\" and is \"other\"" + into, folder, head, spec, true);
    Map<String, Object> data = new HashMap<>(Recorder.HEAD);
    data.put("data", Map.of("run", "r"));
    refused(cannot + "data.pairs was \"p\" and is not given" + into, folder, data, spec, true);
    refused(
        cannot + "positions was \"all\" and is \"cls\"" + into,
        folder,
        Recorder.HEAD,
        recorder.spec(POINTS, "cls", true, 35_000),
        true);
    refused(
        cannot + "dtype was \"F16\" and is \"F32\"" + into,
        folder,
        Recorder.HEAD,
        recorder.spec(POINTS, "all", false, 35_000),
        true);
    String points =
        assertThrows(
                RecordingException.class,
                () ->
                    RecordingWriter.open(
                        folder,
                        Recorder.HEAD,
                        recorder.spec("hook_logits", "all", true, 35_000),
                        true))
            .getMessage();
    assertTrue(String.valueOf(points).startsWith(cannot + "points was ["), points);
    refused(
        folder + ": holds an unfinished recording; resume it with -resume",
        folder,
        Recorder.HEAD,
        spec,
        false);
    refused(
        temp.resolve("whole") + ": exists already; record into a new folder",
        temp.resolve("whole"),
        Recorder.HEAD,
        spec,
        false);
    Map<String, Object> command = new HashMap<>(Recorder.HEAD);
    command.put("command", "another one");
    RecordingWriter.open(folder, command, spec, true).orElseThrow().close();
    completes(folder, "after all these refusals");
  }

  @Test
  void foldersThatAreNoRecordingAreLeftAlone() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("other"));
    Files.writeString(folder.resolve("thesis.tex"), "years of work");
    refused(
        folder + ": holds other files and no recording to resume",
        folder,
        Recorder.HEAD,
        spec,
        true);
    assertEquals(1, Recorder.files(folder).size());
  }

  @Test
  void twoWritersAreRefused() throws IOException {
    Path folder = brokenOff(4);
    try (RecordingWriter first =
        RecordingWriter.open(folder, Recorder.HEAD, spec, true).orElseThrow()) {
      assertEquals(4, first.inputs());
      String who = folder + ": is in use by process " + ProcessHandle.current().pid() + " on ";
      for (boolean resume : new boolean[] {true, false}) {
        IOException held =
            assertThrows(
                FolderLock.HeldException.class,
                () -> RecordingWriter.open(folder, Recorder.HEAD, spec, resume));
        assertTrue(String.valueOf(held.getMessage()).startsWith(who), held.getMessage());
      }
    }
    completes(folder, "after the first has ended");
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    Path folder = brokenOff(INPUTS - 1);
    Path shard = folder.resolve("shard-00001.safetensors");
    Files.delete(shard);
    refused(
        shard + ": is missing, so the recording cannot be resumed; record into another folder",
        folder,
        Recorder.HEAD,
        spec,
        true);
  }
}
