package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.TrecEvalParityTest;
import io.lucerna.plugin.cli.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** Forms of C's getopt_long, each beside the plain form that it means. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-c -mrecall.100 -mndcg_cut.3 Q R|-c -m recall.100 -m ndcg_cut.3 Q R",
        "-q -M1000 -l2 -mmap Q R|-q -M 1000 -l 2 -m map Q R",
        "-qc -m map Q R|-q -c -m map Q R",
        "-qcl2 -mmap Q R|-q -c -l 2 -m map Q R",
        "-qcml2 Q R|-q -c -m l2 Q R",
        "-cqmP.5 Q R|-q -c -m P.5 Q R",
        "-nqJ Q R|-n -q -J Q R",
        "Q R -q -m map|-q -m map Q R",
        "Q -q R -mmap|-q -m map Q R",
        "-q -m map -- Q R|-q -m map Q R",
        "--query_eval_wanted --measure=map Q R|-q -m map Q R",
        "--query --meas map --complete Q R|-q -m map -c Q R",
        "--level_for_rel=2 --nosummary --query Q R|-l 2 -n -q Q R",
        "--level 2 --Judged --Max 1 --Number=5 Q R|-l 2 -J -M 1 -N 5 Q R",
        "--q --m map --c Q R|-q -m map -c Q R",
        "-R qrels -Ttrec_results -q Q R|-q Q R",
        "--Rel_info_format=qrels --Results_format trec_results Q R|Q R",
      })
  void takesAllFormsOfTrecEvalsFlags(String given, String plain) {
    assertEquals(eval(plain), eval(given));
  }

  private Shell eval(String words) {
    String line = "eval " + words.replaceAll("\\bQ\\b", qrels).replaceAll("(?<!-)\\bR\\b", run);
    return Shell.run(line.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-x Q R|'-x' has no flag -x; trec_eval's flags are -q, -m, -c, -l, -n, -J, -N, -M",
        "-qx Q R|'-qx' has no flag -x",
        "Q R -m|-m needs a value",
        "Q R -qm|-m needs a value",
        "-lx Q R|\"x\" is not a valid value for \"-l\"",
        "-mmep Q R|no measure is called 'mep'",
        "--querry Q R|there is no flag --querry",
        "--Re qrels Q R|--Re may be --Rel_info_format or --Results_format",
        "--nosummary=1 Q R|--nosummary takes no value",
        "-Rprefs Q R|-R prefs: the only format known is qrels",
        "-D1 Q R|trec_eval's -D (Debug_level) is not supported here",
        "-v|-v is trec_eval's",
        "-colections x Q R|did you mean -collections?",
        "-q Q|RUN",
      })
  void saysWhatIsWrongWithAFlag(String given, String fault) {
    Shell shell = eval(given);
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    assertTrue(shell.err().contains(fault), shell.err());
    assertEquals("", shell.out());
  }

  @Test
  void aFileMayLookLikeAFlagBehindTwoDashes() {
    Shell shell = Shell.run("eval", "--", qrels, "-m");
    assertEquals(ExitCode.INPUT, shell.code());
    assertEquals("lucerna eval: ./-m: no such file or folder\n", shell.err());
  }

  @Test
  void anArgumentMayStartWithAnAt() {
    Shell shell = Shell.run("eval", "-m", "@" + qrels, qrels, run);
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    assertTrue(shell.err().contains("'@" + qrels), shell.err());
  }

  @Test
  void withoutACommonTopicCompleteAveragesAreZero() throws IOException {
    String other = Files.writeString(folder.resolve("o"), "1.1 Q0 c 1 3 t\n").toString();
    Shell zeros = Shell.run("eval", "-c", "-q", "-m", "map", "-m", "num_q", qrels, other);
    assertEquals(ExitCode.DONE, zeros.code(), zeros.err());
    assertEquals(
        """
        map                   \t1\t0.0000
        num_q                 \tall\t1
        map                   \tall\t0.0000
        """,
        zeros.out());
    Shell refused = Shell.run("eval", "-q", "-m", "map", qrels, other);
    assertEquals(ExitCode.INPUT, refused.code());
    assertTrue(refused.err().contains("no topic in common"), refused.err());
  }

  @Test
  void readsStandardInputAndRefusesToReadItTwice() {
    InputStream before = System.in;
    try {
      byte[] text = "1 Q0 b 1 2 t\n".getBytes(StandardCharsets.UTF_8);
      System.setIn(new ByteArrayInputStream(text));
      Shell shell = Shell.succeed("eval", "-m", "num_ret", qrels, "-");
      assertEquals("num_ret               \tall\t1\n", shell.out());
      System.setIn(new ByteArrayInputStream(text));
      Shell twice = Shell.run("eval", "-", "-");
      assertEquals(ExitCode.INPUT, twice.code(), twice.err());
      assertTrue(twice.err().contains("standard input"), twice.err());
    } finally {
      System.setIn(before);
    }
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
