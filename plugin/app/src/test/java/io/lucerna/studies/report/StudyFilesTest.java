package io.lucerna.studies.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.Unmatched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFilesTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws Exception {
    new StudyFixture(2, 3, 4, true, false).write(folder);
  }

  private void change(String file, String from, String to) throws Exception {
    String text = Files.readString(folder.resolve(file));
    assertTrue(text.contains(from), file + " has no " + from);
    int at = text.indexOf(from);
    Files.writeString(
        folder.resolve(file), text.substring(0, at) + to + text.substring(at + from.length()));
  }

  private String complaint() {
    String message =
        String.valueOf(assertThrows(Exception.class, () -> StudyFiles.read(folder)).getMessage());
    String start = folder + "/";
    assertTrue(message.startsWith(start), message);
    return message.substring(start.length());
  }

  @Test
  void readsAll() throws Exception {
    StudyFiles study = StudyFiles.read(folder);
    assertEquals(7, study.info().conditions().size());
    assertEquals(6, study.info().interventions().size());
    assertEquals(6 * 3, study.contrasts().size());
    assertEquals(7 * 4 * 3, study.topics().size());
    assertEquals(6, study.heads().size());
    assertTrue(study.patched());
    assertEquals("cacm", study.info().facts().get("collection"));
    assertEquals("ef", study.info().facts().get("model files 1_Pooling/config.json"));
    assertEquals("bm25", study.info().facts().get("first stage tag"));
    assertEquals(0.31, study.info().correlations().getFirst().spearman().value());
  }

  @Test
  void missingFiles() throws Exception {
    for (String file : List.of("moves.csv", "topics.csv", "comparison.csv")) {
      Files.delete(folder.resolve(file));
      assertEquals(file + ": no such file; a study writes it", complaint());
    }
    Files.delete(folder.resolve("heads.csv"));
    Files.delete(folder.resolve("study.json"));
    assertEquals("study.json: no such file; is this the folder of a study?", complaint());
  }

  @Test
  void missingColumn() throws Exception {
    change("topics.csv", "baseline", "base");
    assertEquals(
        "topics.csv:1: no column 'baseline';"
            + " there are condition, topic, measure, value, base, change",
        complaint());
  }

  @Test
  void malformedNumber() throws Exception {
    change("comparison.csv", "\"L0H0\",nDCG@10,4,", "\"L0H0\",nDCG@10,4.5,");
    assertEquals("comparison.csv:2: topics is not a whole number from 0: '4.5'", complaint());
  }

  @Test
  void numbersThatAreNone() throws Exception {
    change("heads.csv", "L0H1,0,1,", "L0H1,0,1,NaN");
    assertTrue(complaint().matches("heads\\.csv:3: change_ndcg10 is not a finite number: 'NaN.*'"));
  }

  @Test
  void shortRow() throws Exception {
    Files.writeString(
        folder.resolve("moves.csv"),
        "condition,topic,docid,grade,rank_before,"
            + "rank_after,score_before,score_after\nL0H0,1,d,,1\n");
    assertEquals("moves.csv:2: 5 fields where the header has 8", complaint());
  }

  @Test
  void rowsThatAreThereTwice() throws Exception {
    for (String file : List.of("comparison.csv", "topics.csv", "moves.csv", "heads.csv")) {
      Path path = folder.resolve(file);
      List<String> lines = Files.readAllLines(path);
      Files.writeString(path, lines.get(2) + "\n", StandardOpenOption.APPEND);
      String message = complaint();
      String start = file + ":" + (lines.size() + 1) + ": a second row of ";
      assertTrue(message.startsWith(start), message);
      Files.write(path, lines);
    }
    change("comparison.csv", "\"L0H0\",AP", "\"L0H0\",nDCG@10");
    assertEquals(
        "comparison.csv:3: a second row of condition, measure 'L0H0', 'nDCG@10'", complaint());
  }

  @Test
  void rowsThatAreMissing() throws Exception {
    drop("topics.csv", "\"L1H2\",\"3\",RR");
    assertEquals(
        "topics.csv: rows of condition, measure 'L1H2', 'RR': 3, where comparison.csv has 4 topics",
        complaint());
    drop("comparison.csv", "\"L1H1\",AP,");
    assertEquals("comparison.csv: no row of condition, measure 'L1H1', 'AP'", complaint());
  }

  private void drop(String file, String start) throws Exception {
    Path path = folder.resolve(file);
    List<String> lines = Files.readAllLines(path);
    List<String> kept = lines.stream().filter(l -> !l.startsWith(start)).toList();
    assertEquals(lines.size() - 1, kept.size(), start);
    Files.write(path, kept);
  }

  @Test
  void unknownCondition() throws Exception {
    change("moves.csv", "\"L0H1\"", "\"L9H9\"");
    String message = complaint();
    assertTrue(
        message.matches("moves\\.csv:\\d+: condition 'L9H9' is not among those of study\\.json"),
        message);
  }

  @Test
  void unknownMeasure() throws Exception {
    change("topics.csv", "nDCG@10", "nDCG@5");
    assertEquals(
        "topics.csv:2: measure 'nDCG@5' is not among those of study.json: nDCG@10, AP, RR",
        complaint());
  }

  @Test
  void brokenJsonAndMissingField() throws Exception {
    change("study.json", "\"depth\"", "\"deep\"");
    assertEquals("study.json: no field 'depth'", complaint());
    change("study.json", "\"nothing\"", "\"other\"");
    change("study.json", "\"deep\"", "\"depth\"");
    assertEquals("study.json: the first condition must be 'nothing'", complaint());
    change("study.json", "{", "{\n\n{");
    assertTrue(complaint().startsWith("study.json:3: "), "the line is named");
  }

  @Test
  void latexIsEscaped() {
    assertEquals(
        "\\textbackslash{}input\\{a\\}\\_\\%\\&\\#\\$\\textasciicircum{}\\textasciitilde{}"
            + "\\textless{}",
        Latex.text("\\input{a}_%&#$^~<"));
    assertEquals("$-0.1000$", Latex.number(Digits.change(-0.1)));
    assertEquals("$<0.0001$", Latex.number(Digits.p(1e-9)));
    assertEquals("--", Latex.number(Digits.value(Double.NaN)));
  }

  @Test
  void aChangeThatRoundsToNothingHasNoSign() {
    assertEquals("0.0000", Digits.change(-0.00001));
    assertEquals("+0.0001", Digits.change(0.0001));
    assertEquals("0.0%", Digits.percent(-0.0001));
    assertEquals(".000", Digits.thousandths(-0.0001));
    assertEquals("\u2212.012", Digits.thousandths(-0.0124));
    assertEquals("1.250", Digits.thousandths(1.25));
  }

  /** Equivalence and significance are told apart, and neither follows from the other's lack. */
  @Test
  void equivalenceIsItsOwnTest() throws Exception {
    StudyReport.write(folder, OptionalInt.empty());
    String table = Files.readString(folder.resolve("tables/comparison.AP.csv"));
    StudyFiles study = StudyFiles.read(folder);
    List<Contrast> contrasts = study.contrasts("AP");
    List<String> rows = table.lines().skip(1).toList();
    for (int i = 0; i < rows.size(); i++) {
      boolean significant = contrasts.get(i).statistics().pTAdjusted().orElse(1) < 0.05;
      boolean equivalent = contrasts.get(i).statistics().pEquivalence().orElse(1) < 0.05;
      assertTrue(rows.get(i).endsWith("," + (significant ? 1 : 0) + "," + (equivalent ? 1 : 0)));
    }
    assertFalse(rows.isEmpty());
  }

  /** All tables are of the same conditions, whatever those change by the table's own measure. */
  @Test
  void tablesOfTheFirstRows() throws Exception {
    StudyReport.write(folder, OptionalInt.of(2));
    StudyFiles study = StudyFiles.read(folder);
    List<String> first =
        study.contrasts("nDCG@10").stream()
            .sorted(Comparator.comparingDouble(c -> -Math.abs(c.statistics().change())))
            .limit(2)
            .map(Contrast::condition)
            .toList();
    for (String measure : study.info().measures()) {
      String csv = Files.readString(folder.resolve("tables/comparison." + measure + ".csv"));
      assertEquals(first, csv.lines().skip(1).map(l -> l.substring(0, l.indexOf(','))).toList());
      String tex = Files.readString(folder.resolve("tables/comparison." + measure + ".tex"));
      assertTrue(
          tex.contains(
              measure + " of MiniLM under the 2 of 6 conditions that change nDCG@10 most;"),
          tex);
      assertEquals(
          first, tex.lines().filter(l -> l.startsWith("L")).map(l -> l.substring(0, 4)).toList());
    }
    String summary = Files.readString(folder.resolve("summary.md"));
    assertTrue(summary.contains("\n4 more in report.html.\n"), summary);
  }

  private String sentence() throws Exception {
    return Sentences.of(StudyFiles.read(folder)).getFirst();
  }

  private String methods() throws Exception {
    return new StudyMethods(StudyFiles.read(folder)).paragraph();
  }

  /** What changes nothing, whatever is asked, is neither a finding nor tested. */
  @Test
  void aDoseOfNothingIsNotCounted() throws Exception {
    assertTrue(sentence().matches(".* under \\d of 6 conditions.*"), sentence());
    change("study.json", "\"dose\" : null", "\"dose\" : 0.0");
    change("study.json", "zero z layer=0 head=0", "zero hook_embed; add hook_embed vector=[1.0]");
    assertTrue(sentence().matches(".* under \\d of 6 conditions.*"), sentence());
    assertFalse(methods().contains("left out"), methods());
    change("study.json", "zero hook_embed; ", "");
    assertTrue(sentence().matches(".* under \\d of 5 conditions.*"), sentence());
    assertTrue(
        methods().contains("of each measure, doses of 0 that change nothing left out ("),
        methods());
  }

  /** Whatever a condition is called, what was done is said. */
  @Test
  void namedConditionsAreSaidToDoWhatTheyDo() throws Exception {
    change("study.json", "z of head L0H0 zeroed", "L0H0");
    StudyReport.write(folder, OptionalInt.empty());
    String summary = Files.readString(folder.resolve("summary.md"));
    assertTrue(summary.contains(" | L0H0: zero z layer=0 head=0 |\n"), summary);
    assertTrue(summary.contains(" | z of head L0H1 zeroed |\n"), summary);
    List<String> table = Files.readAllLines(folder.resolve("tables/comparison.AP.csv"));
    assertTrue(table.getFirst().startsWith("condition,label,spec,"), table.getFirst());
    assertTrue(table.get(1).startsWith("L0H0,L0H0,zero z layer=0 head=0,"), table.get(1));
  }

  /** The report says what the study printed. */
  @Test
  void positionsThatStayedAsTheyWereAreTold() throws Exception {
    change("study.json", "\"tag\" : \"minilm-50-0-1\"", "\"positions\" : 50, \"missing\" : 48");
    String line = Unmatched.line(List.of(new Unmatched("L0H1", 50, 48)), 6).orElseThrow();
    assertEquals(line + ".", Sentences.of(StudyFiles.read(folder)).getLast());
    assertTrue(line.startsWith("1 of 6 conditions left positions, or some"), line);
  }
}
