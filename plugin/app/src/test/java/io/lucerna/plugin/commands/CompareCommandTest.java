package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
  @TempDir Path folder;

  /** Relevant is document a of each topic; a run has it first or second, or lacks the topic. */
  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("qrels"), "1 0 a 1\n2 0 a 1\n3 0 a 1\n4 0 a 1\n");
    Files.writeString(folder.resolve("base.run"), lines("1ba", "2ba", "3ba", "9ab"));
    Files.writeString(folder.resolve("good.run"), lines("1ab", "2ab", "3ba"));
    Files.writeString(folder.resolve("part.run"), lines("1ab"));
  }

  private static String lines(String... topics) {
    StringBuilder lines = new StringBuilder();
    for (String topic : topics) {
      String id = topic.substring(0, 1);
      lines.append(id + " Q0 " + topic.charAt(1) + " 1 2 t\n");
      lines.append(id + " Q0 " + topic.charAt(2) + " 2 1 t\n");
    }
    return lines.toString();
  }

  private Shell compare(String... arguments) {
    List<String> all = new ArrayList<>(List.of("compare", path("qrels")));
    all.addAll(List.of(arguments));
    return Shell.run(all.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void printsAnAlignedTable() {
    Shell shell = compare("-m", "AP", path("base.run"), path("good.run"), path("part.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    List<String> lines = shell.out().lines().toList();
    assertEquals(
        "measure  run        value   change  relative_change        95% interval     p_t"
            + "  p_randomization  p_t_adjusted    d_z  w/t/l  p_equivalence",
        lines.get(0));
    assertEquals("AP       base.run  0.5000", lines.get(1));
    assertTrue(
        lines
            .get(2)
            .startsWith(
                "         good.run  0.8333  +0.3333           +66.7%  [+0.0000, +0.5000]  "),
        lines.get(2));
    assertTrue(lines.get(2).contains("  2/1/0  "), lines.get(2));
    assertTrue(
        lines.get(3).startsWith("         part.run  0.3333  -0.1667           -33.3%"),
        lines.get(3));
    assertTrue(lines.get(3).contains("  1/0/2  "), lines.get(3));
    assertTrue(shell.out().contains("part.run lacks 2 of the topics: they count 0"), shell.out());
    assertTrue(shell.out().contains("3 topics; baseline base.run;"), shell.out());
    assertTrue(
        shell
            .out()
            .contains(
                "good.run: kendall_tau -0.3333, swapped_pairs 2, mean_move 0.67; 6 documents in"
                    + " common with the baseline"),
        shell.out());
    // Changes 1/2, 1/2, 0 and -1/2, -1/2, 1/2 by hand; 3.2640 deviations for three topics.
    double one = Math.sqrt(1.0 / 12) * 3.2640435496995712;
    double other = Math.sqrt(1.0 / 3) * 3.2640435496995712;
    assertTrue(
        shell
            .out()
            .contains(
                String.format(
                    Locale.ROOT,
                    "found in 80%% of such comparisons (p_t < 0.05): a change of AP %.4f",
                    (one + other) / 2)),
        shell.out());
    // Of the topics that a run has.
    assertTrue(
        shell.out().contains("Judged@10: base.run 0.5000, good.run 0.5000, part.run 0.5000"),
        shell.out());
    assertFalse(shell.out().contains("NaN"), shell.out());
  }

  @Test
  void countsAllTopicsOfTheQrelsOnRequest() {
    Shell shell = compare("-c", "-m", "AP", path("base.run"), path("good.run"));
    assertTrue(shell.out().contains("base.run  0.3750"), shell.out());
    assertTrue(shell.out().contains("4 topics;"), shell.out());
  }

  @Test
  void theBaselineCanBeNamedAndARunEqualsItself() {
    Shell shell =
        compare("-m", "AP", "-baseline", path("good.run"), path("base.run"), path("good.run"));
    assertTrue(shell.out().lines().toList().get(1).contains("good.run  0.8333"), shell.out());
    Shell one = compare(path("base.run"), path("base.run"));
    assertEquals(ExitCode.USAGE, one.code());
    assertTrue(one.err().contains("a comparison takes two runs or more, got 1"), one.err());
  }

  @Test
  void aFileIsOneRunHoweverItIsSpelled() {
    String again =
        folder.resolve("..").resolve(folder.getFileName()).resolve("base.run").toString();
    Shell shell =
        compare(
            "-m",
            "AP",
            "-baseline",
            again,
            "-labels",
            "one,two",
            path("base.run"),
            path("good.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    List<String> lines = shell.out().lines().toList();
    assertTrue(lines.get(1).contains("one  0.5000"), lines.get(1));
    assertTrue(lines.get(2).contains("two  0.8333"), lines.get(2));
    assertTrue(shell.out().contains("over 1 contrast"), shell.out());
    Shell twice = compare(path("base.run"), again);
    assertEquals(ExitCode.USAGE, twice.code());
    Shell called =
        compare(
            "-baseline",
            path("part.run"),
            "-labels",
            "part.run,b",
            path("base.run"),
            path("good.run"));
    assertEquals(ExitCode.USAGE, called.code());
    assertTrue(called.err().contains("two runs are called part.run"), called.err());
  }

  @Test
  void writesTopicsAndSummaryAsCsv() throws IOException {
    Shell shell =
        compare("-m", "AP", "-output", path("out.csv"), path("base.run"), path("good.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(
        """
        run,measure,topic,baseline,value,change,documents,kendall_tau,swapped_pairs,moved,largest_move,mean_move,judged10
        base.run,AP,1,0.5,0.5,0.0,2,1.0,0,0,0,0.0,0.5
        base.run,AP,2,0.5,0.5,0.0,2,1.0,0,0,0,0.0,0.5
        base.run,AP,3,0.5,0.5,0.0,2,1.0,0,0,0,0.0,0.5
        good.run,AP,1,0.5,1.0,0.5,2,-1.0,1,2,1,1.0,0.5
        good.run,AP,2,0.5,1.0,0.5,2,-1.0,1,2,1,1.0,0.5
        good.run,AP,3,0.5,0.5,0.0,2,1.0,0,0,0,0.0,0.5
        """,
        Files.readString(folder.resolve("out.csv")));
    List<String> summary = Files.readAllLines(folder.resolve("out.summary.csv"));
    assertEquals(3, summary.size());
    assertEquals(
        "base.run,base.run,AP,3,0.5,0.5,0.0,0.0,1.0,1.0,1.0,1.0,,0.0,0.0,0,3,0,0.0,,1.0,0,0.0,0.5,"
            + "holm,42,10000,0.01",
        summary.get(1));
    assertTrue(summary.get(2).startsWith("good.run,base.run,AP,3,0.5,0.8333333333333334,"));
    assertTrue(
        summary.get(2).endsWith(",2,0.6666666666666666,0.5,holm,42,10000,0.01"), summary.get(2));
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.csv.meta.json").toFile());
    assertEquals("compare", meta.path("command").path(0).asText());
    assertEquals(
        Hashes.sha256(folder.resolve("qrels")), meta.path("qrels").path("sha256").asText());
    assertEquals(1, meta.path("level").asInt());
    assertEquals(2, meta.path("runs").size());
    for (int i = 0; i < 2; i++) {
      Path run = folder.resolve(i == 0 ? "base.run" : "good.run");
      assertEquals(run.toString(), meta.path("runs").path(i).path("path").asText());
      assertEquals(Hashes.sha256(run), meta.path("runs").path(i).path("sha256").asText());
    }
  }

  /** Empty of a topic that the run lacks; the mean of the others is what is printed. */
  @Test
  void judgedIsWhatEvalPrints() throws IOException {
    Files.writeString(
        folder.resolve("qrels"), "1 0 a 1\n1 0 b 0\n2 0 a 1\n2 0 b -1\n3 0 c 1\n4 0 a 1\n");
    Files.writeString(folder.resolve("good.run"), lines("1ax", "2ab", "4yx"));
    Shell shell =
        compare(
            "-m",
            "AP",
            "-m",
            "P@1",
            "-output",
            path("out.csv"),
            path("base.run"),
            path("good.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    for (String run : List.of("base.run", "good.run")) {
      Map<String, String> printed = new HashMap<>();
      Shell eval = Shell.succeed("eval", "-q", "-m", "Judged@10", path("qrels"), path(run));
      for (String line : eval.out().lines().toList()) {
        String[] words = line.split("\\s+");
        printed.put(words[1], words[2]);
      }
      assertEquals(4, printed.size(), printed.toString());
      assertEquals(
          List.of(String.valueOf(printed.get("all"))), judged("out.summary.csv", run, row -> true));
      for (String topic : List.of("1", "2", "3", "4")) {
        assertEquals(
            List.of(printed.getOrDefault(topic, "")),
            judged("out.csv", run, row -> row.text("topic").equals(topic)),
            run + ", topic " + topic);
      }
      assertTrue(shell.out().contains(run + " " + printed.get("all")), shell.out());
    }
  }

  /** What the rows of a run have, as {@code eval} prints it; once where all have the same. */
  private List<String> judged(String file, String run, Predicate<CsvFile.Row> wanted)
      throws IOException {
    return CsvFile.read(folder.resolve(file)).rows().stream()
        .filter(row -> row.text("run").equals(run))
        .filter(wanted)
        .map(
            row ->
                row.text("judged10").isEmpty()
                    ? ""
                    : String.format(Locale.ROOT, "%.4f", row.number("judged10")))
        .distinct()
        .toList();
  }

  /** Which grades are relevant is said where nobody chose, there are several, and it matters. */
  @ParameterizedTest
  @CsvSource({
    "2, AP, '', true",
    "2, nDCG@10, '', false",
    "2, AP(rel=2), '', false",
    "2, AP, 1, false",
    "1, AP, '', false",
  })
  void saysWhichGradesAreRelevant(int highest, String measure, String level, boolean said)
      throws IOException {
    Files.writeString(folder.resolve("qrels"), "1 0 a " + highest + "\n2 0 a 1\n3 0 b 0\n");
    List<String> words = new ArrayList<>(List.of("-m", measure));
    if (!level.isEmpty()) {
      words.addAll(List.of("-l", level));
    }
    words.addAll(List.of(path("base.run"), path("good.run")));
    Shell shell = compare(words.toArray(String[]::new));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(said ? "relevant is grade 1 and up; -l changes it\n" : "", shell.err());
  }

  /** The p of changes 1/2, 1/2, 0 and of their opposites by hand: t = 2 with two degrees. */
  @Test
  void latexHasTheBaselineFirst() throws IOException {
    Shell shell =
        compare(
            "-m",
            "AP",
            "-m",
            "P@1",
            "-labels",
            "Better & co,BM25",
            "-baseline",
            path("base.run"),
            "-latex",
            path("out.tex"),
            path("good.run"),
            path("base.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.out().contains("AP       BM25"), shell.out());
    assertEquals(
        """
        % \\usepackage{booktabs}
        \\begin{table}
        \\caption{3 topics; change from BM25. p: paired t-test, Holm over 2 comparisons. *: p \\textless{} 0.05. Judged@10: share of the first ten documents that are judged.}
        \\footnotesize
        \\begin{tabular}{lrrrrrrr}
        \\toprule
         & \\multicolumn{3}{c}{AP} & \\multicolumn{3}{c}{P@1} & \\\\
        \\cmidrule(lr){2-4}\\cmidrule(lr){5-7}
        run & value & change & $p$ & value & change & $p$ & Judged@10 \\\\
        \\midrule
        BM25 & $0.5000$ & & & $0.0000$ & & & $0.5000$ \\\\
        Better \\& co & $0.8333$ & $+0.3333$ & $0.3670$ & $0.6667$ & $+0.6667$ & $0.3670$ & $0.5000$ \\\\
        \\bottomrule
        \\end{tabular}
        \\end{table}
        """,
        Files.readString(folder.resolve("out.tex")));
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.tex.meta.json").toFile());
    assertEquals(path("base.run"), meta.at("/runs/0/path").asText());
  }

  @Test
  void latexMarksWhatIsSignificant() throws IOException {
    StringBuilder qrels = new StringBuilder();
    StringBuilder base = new StringBuilder();
    StringBuilder good = new StringBuilder();
    for (int topic = 1; topic <= 9; topic++) {
      qrels.append(topic + " 0 a 1\n");
      base.append(lines(topic + "ba"));
      good.append(lines(topic + (topic == 1 ? "ba" : "ab")));
    }
    Files.writeString(folder.resolve("qrels"), qrels.toString());
    Files.writeString(folder.resolve("base.run"), base.toString());
    Files.writeString(folder.resolve("good.run"), good.toString());
    Shell shell =
        compare("-m", "AP", "-latex", path("out.tex"), path("base.run"), path("good.run"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String table = Files.readString(folder.resolve("out.tex"));
    assertTrue(
        table.contains("good.run & $0.9444$ & $+0.4444$ & $<0.0001$$^{*}$ & $0.5000$ \\\\"), table);
  }

  @Test
  void refusesLabelsThatDoNotFit() {
    for (String[] wrong :
        new String[][] {
          {"A", "-labels has 1 name for 2 runs"},
          {"A,A", "-labels: each run needs a name of its own, got A,A"},
          {"A,", "-labels: each run needs a name of its own, got A,"}
        }) {
      Shell shell = compare("-labels", wrong[0], path("base.run"), path("good.run"));
      assertEquals(ExitCode.USAGE, shell.code());
      assertTrue(shell.err().contains(wrong[1]), shell.err());
      assertEquals("", shell.out());
    }
  }

  @Test
  void refusesWhatCannotBeCompared() throws IOException {
    Shell sum = compare("-m", "gm_map", path("base.run"), path("good.run"));
    assertEquals(ExitCode.USAGE, sum.code());
    assertTrue(sum.err().contains("gm_map is not a mean over topics"), sum.err());
    Shell correction = compare("-correction", "x", path("base.run"), path("good.run"));
    assertEquals(ExitCode.USAGE, correction.code());
    Shell level = compare("-l", "-1", path("base.run"), path("good.run"));
    assertEquals(ExitCode.USAGE, level.code());
    assertTrue(level.err().contains("-l must be 0 or more, got -1"), level.err());
    Shell output = compare("-output", path("no/out.csv"), path("base.run"), path("good.run"));
    assertEquals(ExitCode.USAGE, output.code());
    assertTrue(output.err().contains("out.csv: the output must be a file in an"), output.err());
    Shell latex = compare("-latex", path("no/out.tex"), path("base.run"), path("good.run"));
    assertEquals(ExitCode.USAGE, latex.code());
    assertTrue(latex.err().contains("out.tex: the output must be a file in an"), latex.err());
    assertEquals("", output.out());
    Files.writeString(folder.resolve("far.run"), lines("8ab"));
    Shell far = compare(path("base.run"), path("far.run"));
    assertEquals(ExitCode.INPUT, far.code());
    assertTrue(far.err().contains("no topic in common"), far.err());
  }
}
