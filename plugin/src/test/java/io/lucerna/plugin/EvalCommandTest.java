package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval} where trec_eval gives no answer; see {@link TrecEvalParityTest} for the rest. */
class EvalCommandTest {
  @TempDir Path folder;

  private String qrels = "";
  private String run = "";

  @BeforeEach
  void write() throws IOException {
    qrels = Files.writeString(folder.resolve("q"), "1 0 a 1\n1 0 b 2\n").toString();
    run = Files.writeString(folder.resolve("r"), "1 Q0 c 1 3 t\n1 Q0 b 2 2 t\n").toString();
  }

  @Test
  void takesNamesOfBothKinds() {
    Shell shell = Shell.run("eval", "-m", "RR@10", "-m", "nDCG@10", "-m", "AP(rel=2)", qrels, run);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(
        """
        RR@10                 \tall\t0.5000
        ndcg_cut_10           \tall\t0.4796
        AP(rel=2)             \tall\t0.5000
        """,
        shell.out());
  }

  @Test
  void failsLoudly() throws IOException {
    Shell measure = Shell.run("eval", "-m", "map.10", qrels, run);
    assertEquals(ExitCode.USAGE, measure.code());
    assertEquals(
        "lucerna eval: map takes no parameters (did you mean map_cut?): '10'\n", measure.err());
    Files.writeString(folder.resolve("bad"), "1 Q0 c 1 3 t\n1 Q0 c 2 2 t\n");
    Shell twice = Shell.run("eval", qrels, folder.resolve("bad").toString());
    assertEquals(ExitCode.INPUT, twice.code());
    assertTrue(twice.err().endsWith("bad:2: document c occurs twice for topic 1\n"), twice.err());
    Shell directory = Shell.run("eval", qrels, folder.toString());
    assertEquals(ExitCode.INPUT, directory.code());
    assertTrue(directory.err().endsWith(": is a folder, not a file\n"), directory.err());
    Shell missing = Shell.run("eval", qrels, "nowhere");
    assertEquals(ExitCode.INPUT, missing.code());
    Files.writeString(folder.resolve("other"), "2 Q0 c 1 3 t\n");
    Shell other = Shell.run("eval", qrels, folder.resolve("other").toString());
    assertEquals(ExitCode.INPUT, other.code());
    assertTrue(other.err().contains("no topic in common"), other.err());
    assertEquals(ExitCode.USAGE, Shell.run("eval", qrels).code());
    assertEquals(ExitCode.USAGE, Shell.run("eval", "-M", "0", qrels, run).code());
    assertEquals("", missing.out() + other.out() + twice.out() + measure.out());
  }
}
