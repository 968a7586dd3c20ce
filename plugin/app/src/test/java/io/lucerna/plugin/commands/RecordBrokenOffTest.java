package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Main;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.Signal;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are killed or cannot write while they record. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class RecordBrokenOffTest {
  private static final int PAIRS = 300;

  @TempDir Path folder;
  private Path whole;
  private Path broken;

  @BeforeEach
  void recordWithoutABreak() throws IOException {
    StringBuilder pairs = new StringBuilder("qid\tquery\tdocid\ttext\n");
    for (int i = 0; i < PAIRS; i++) {
      String text = "water and disk memory ".repeat(1 + i % 6) + i;
      pairs.append(i / 50).append("\tred disk ").append(i / 50).append('\t').append(i);
      pairs.append('\t').append(text).append('\n');
    }
    Files.writeString(folder.resolve("pairs.tsv"), pairs);
    whole = folder.resolve("whole");
    broken = folder.resolve("broken");
    Shell.succeed(record(whole));
  }

  private String[] record(Path output) {
    return new String[] {
      "record",
      "-model",
      RecordCommandTest.MODELS.resolve("bert-cross").toString(),
      "-pairs",
      folder.resolve("pairs.tsv").toString(),
      "-hooks",
      "*resid_post,*pattern",
      "-positions",
      "all",
      "-batch",
      "2",
      "-shard.size",
      "1",
      "-output",
      output.toString(),
      "-resume"
    };
  }

  private List<String> child() {
    return ChildJvm.command(Main.class, record(broken));
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Waits until the index has grown to that many bytes. */
  private void waitForIndex(Process process, long bytes) throws Exception {
    Path index = broken.resolve("index.jsonl");
    while (process.isAlive() && (!Files.exists(index) || Files.size(index) < bytes)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private void sameFiles() throws IOException {
    Map<String, byte[]> expected = files(whole);
    Map<String, byte[]> actual = files(broken);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
  }

  private static Map<String, byte[]> files(Path of) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(of)) {
      for (Path file : list.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void killedAndStoppedItComesOutTheSame() throws Exception {
    long size = Files.size(whole.resolve("index.jsonl"));
    Process killed = start(child());
    waitForIndex(killed, size / 4);
    killed.destroyForcibly().waitFor();
    assertFalse(
        Files.exists(broken.resolve("manifest.json")), "it was to be killed before the end");
    Process stopped = start(Signal.INT.heeded(child()));
    waitForIndex(stopped, size * 2 / 3);
    Signal.INT.send(stopped);
    assertEquals(Signal.INT.status(), stopped.waitFor());
    assertFalse(
        Files.exists(broken.resolve("manifest.json")), "it was to be stopped before the end");
    assertTrue(said(stopped).contains("resuming after "));
    Process last = start(child());
    String said = said(last);
    assertEquals(0, last.waitFor(), said);
    assertTrue(said.contains("recorded 300 pairs"), said);
    sameFiles();
  }

  @Test
  void aDiskThatIsFullIsNamedAndTheRestIsKept() throws Exception {
    List<String> limited =
        new ArrayList<>(List.of("sh", "-c", "ulimit -f 700; exec \"$0\" \"$@\""));
    limited.addAll(child());
    Process process = start(limited);
    String said = said(process);
    assertEquals(ExitCode.FAILED.status(), process.waitFor(), said);
    assertTrue(said.contains("lucerna record: cannot write to " + broken + ": "), said);
    assertTrue(said.contains("; what is recorded so far is kept and can be resumed"), said);
    assertFalse(said.contains("\tat "), said);
    Shell resumed = Shell.succeed(record(broken));
    assertTrue(resumed.err().contains("resuming after "), resumed.err());
    sameFiles();
  }
}
