package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Main;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.qrels.Qrels;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path dir;

  @Test
  void theRerankerBeatsBm25WithSignificanceAndTheCommandsToTryWork() throws Exception {
    Path folder = dir.resolve("runs/demo");
    String shown = run("demo", "-output", folder.toString());
    Qrels qrels = Qrels.read(folder.resolve("qrels.txt"));
    Measure measure = Measure.parse("nDCG@10");
    List<String> topics = List.copyOf(qrels.topics());
    Comparison comparison =
        Comparison.of(
            values(folder.resolve("run.bm25.txt"), qrels, measure, topics),
            values(folder.resolve("run.minilm.txt"), qrels, measure, topics),
            Comparison.Settings.DEFAULT);
    assertEquals(48, comparison.topics());
    assertEquals(0.3235, comparison.baseline(), 0.0005);
    assertEquals(0.6175, comparison.treatment(), 0.005);
    assertTrue(comparison.tTest().orElseThrow() < 0.001, comparison.toString());
    assertTrue(shown.contains("wins/ties/losses"), shown);
    assertTrue(Files.exists(folder.resolve("run.minilm.txt.meta.json")));

    List<String> next = shown.lines().filter(line -> line.startsWith("  ./lucerna ")).toList();
    assertEquals(3, next.size(), shown);
    for (String line : next) {
      run(line.strip().substring("./lucerna ".length()).split(" "));
    }
  }

  private static double[] values(Path run, Qrels qrels, Measure measure, List<String> topics)
      throws Exception {
    return Evaluation.of(Run.read(run), qrels, List.of(measure), Evaluation.Options.DEFAULT)
        .values(measure, topics);
  }

  private static String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitCode code =
        new Main(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false)
            .run(arguments);
    assertEquals(
        ExitCode.DONE,
        code,
        String.join(" ", arguments) + "\n" + err.toString(StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
