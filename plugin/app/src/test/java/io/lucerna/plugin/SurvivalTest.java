package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a program does with a ranker, its process does not die of it. */
@Timeout(300)
class SurvivalTest {
  @TempDir Path work;

  private List<String> run(String what, String... options)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dlucerna.root=" + Checkout.root());
    List<String> command = ChildJvm.command(all, Survivor.class, what);
    Path out = work.resolve(what + ".out");
    Path err = work.resolve(what + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertEquals(0, process.waitFor(), () -> text(out) + text(err));
    } finally {
      process.destroyForcibly();
    }
    List<String> warnings = Files.readAllLines(err);
    warnings.removeIf(line -> line.startsWith("WARNING: ")); // Java's, about sun.misc.Unsafe
    assertEquals(List.of(), warnings, "a library prints nothing by itself");
    return Files.readAllLines(out);
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> times(int count, String... lines) {
    List<String> all = new ArrayList<>();
    for (String line : lines) {
      all.addAll(Collections.nCopies(count, line));
    }
    return all;
  }

  @Test
  void closedWhileOthersUseIt() throws Exception {
    List<String> expected =
        times(
            3,
            "score: the ranker tiny is closed",
            "score with hooks: the ranker tiny is closed",
            "score of one: the ranker tiny is closed",
            "remembering: the ranker tiny is closed",
            "word: the ranker tiny is closed",
            "fit: the ranker tiny is closed",
            "input: the ranker tiny is closed",
            "embedding: the model is closed",
            "model: the model is closed",
            "conditions: the ranker tiny is closed",
            "sweep: the model is closed",
            "trace: the model is closed");
    expected.add("survived");
    assertEquals(expected, run("close"));
  }

  @Test
  void interruptedWhileItScores() throws Exception {
    String end = ": interrupted by java.lang.InterruptedException, still so: true";
    List<String> expected = times(3, "score" + end);
    expected.addAll(List.of("conditions" + end, "sweep" + end, "survived"));
    assertEquals(expected, run("interrupt"));
  }

  @Test
  void hooksThatDoWhatTheyShouldNot() throws Exception {
    String inside =
        " cannot be closed from inside one of its own calls, such as a hook; close it after the call";
    List<String> expected =
        times(
            2,
            "closes: the model" + inside,
            "closes the model: the model" + inside,
            "throws: thrown by a hook",
            "out of memory: OutOfMemoryError",
            "overflow: StackOverflowError",
            "recursion: StackOverflowError",
            "frees: the same numbers",
            "escapes: the same numbers",
            "scores: the same numbers",
            "returns closed: the intervention at hook_full_embed returned an array that is closed",
            "returns another shape: the intervention at hook_full_embed returned float32"
                + " (1, 1, 28, 32) instead of float32 (1, 28, 32)",
            "returns another type: the intervention at hook_full_embed returned float64 (1, 28, 32)"
                + " instead of float32 (1, 28, 32)",
            "returns null: the intervention at hook_full_embed returned null");
    expected.addAll(
        List.of(
            "escaped: Native resource has been released already.",
            "same live arrays: true",
            "cache: the activation cache is closed",
            "cached array: Native resource has been released already.",
            "observer: the activation cache is closed",
            "run: the trace is closed",
            "view: the same numbers",
            "view, ranker closed: the same numbers",
            "run of a closed model: the model is closed",
            "survived"));
    assertEquals(expected, run("hooks"));
  }

  @Test
  void theHeapUsedUpInTheMiddle() throws Exception {
    assertEquals(List.of("afterwards: the same numbers", "survived"), run("heap", "-Xmx100m"));
  }
}
