package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrecEvalReportTest {
  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(TrecEvalReportTest.class.getResource(name)).toURI());
  }

  /** The golden is what trec_eval 9.0.4 printed for {@code -q -c -l 2 -M 20 -m all_trec}. */
  @Test
  void printsWhatTrecEvalPrints() throws Exception {
    MeasureSelection selection = MeasureSelection.of(List.of("all_trec"));
    Run run = Run.read(resource("golden.run"));
    Evaluation.Options options = new Evaluation.Options(2, true, 20, false, 0);
    Evaluation evaluation =
        Evaluation.of(run, Qrels.read(resource("golden.qrels")), selection.measures(), options);
    StringBuilder out = new StringBuilder();
    TrecEvalReport.print(selection, evaluation, run, true, true, out);
    assertEquals(Files.readString(resource("golden.out")), out.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "0.00625,0.0063",
    "0.03125,0.0312",
    "0.09375,0.0938",
    "-0.00001,-0.0000",
    "12,12.0000"
  })
  void roundsTheBinaryValueHalfToEven(double value, String printed) {
    assertEquals(printed, TrecEvalReport.fourDecimals(value));
  }

  @Test
  void roundsAsDecimalsDo() {
    Random random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      // Counts over counts, as measures are; every 16th is half between two decimals.
      double value = random.nextInt(2_000) / (i % 2 == 0 ? 20_000.0 : 1 + random.nextInt(999));
      String exact = new BigDecimal(value).setScale(4, RoundingMode.HALF_EVEN).toPlainString();
      assertEquals(exact, TrecEvalReport.fourDecimals(value));
      assertEquals(exact, Decimals.rounded(value, 4));
      assertEquals("+" + exact, Decimals.signed(value, 4));
    }
    assertEquals("-0.0312", Decimals.signed(-0.03125, 4));
    assertEquals("+0.0000", Decimals.signed(-0.00001, 4));
  }

  /** Its own level holds in the summary too; without one it is 1 there, as in trec_eval. */
  @ParameterizedTest
  @CsvSource({"NumRel(rel=2), 1", "num_rel, 3"})
  void relevantDocumentsOfAllTopics(String name, double expected) {
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1, "b", 2), "2", Map.of("b", 1)));
    Run run = Run.of("t", List.of(Ranking.of("1", List.of(new RankedDoc("a", 1)))));
    Measure measure = Measure.parse(name);
    Evaluation.Options options = Evaluation.Options.DEFAULT.withLevel(2).withComplete(true);
    assertEquals(expected, Evaluation.of(run, qrels, List.of(measure), options).summary(measure));
  }

  @Test
  void relstringShowsTheNumberThatIsStatedFirst() {
    assertEquals(5, Family.length("5,3"));
  }

  @Test
  void keepsTopicValuesAndPairsMissingTopicsAsZero() throws IOException {
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1), "2", Map.of("b", 1)));
    Run run = Run.of("t", List.of(Ranking.of("1", List.of(new RankedDoc("a", 1)))));
    Measure ap = Measure.parse("AP");
    Evaluation evaluation = Evaluation.of(run, qrels, List.of(ap), Evaluation.Options.DEFAULT);
    assertEquals(List.of("1"), evaluation.topics());
    assertEquals(1, evaluation.summary(ap));
    assertEquals(
        List.of(0.0, 1.0),
        java.util.Arrays.stream(evaluation.values(ap, List.of("2", "1"))).boxed().toList());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> evaluation.summary(Measure.parse("RR@10")));
    assertEquals("RR@10 was not measured; measured were [AP]", e.getMessage());
  }

  @Test
  void aRunWithoutAJudgedTopicCountsZeroWhereAllTopicsCount() throws IOException {
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1), "2", Map.of("b", 2)));
    Run run = Run.of("t", List.of(Ranking.of("1.1", List.of(new RankedDoc("a", 1)))));
    MeasureSelection selection = MeasureSelection.of(List.of("num_q", "num_rel", "map", "gm_map"));
    Evaluation.Options options = new Evaluation.Options(1, true, Integer.MAX_VALUE, false, 0);
    Evaluation evaluation = Evaluation.of(run, qrels, selection.measures(), options);
    StringBuilder out = new StringBuilder();
    TrecEvalReport.print(selection, evaluation, run, true, true, out);
    assertEquals(
        """
        num_rel               \t1\t1
        map                   \t1\t0.0000
        num_rel               \t2\t1
        map                   \t2\t0.0000
        num_q                 \tall\t2
        num_rel               \tall\t2
        map                   \tall\t0.0000
        gm_map                \tall\t0.0000
        """,
        out.toString());
  }

  @Test
  void refusesARunWithoutAJudgedTopic() {
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1)));
    Run run = Run.of("t", List.of(Ranking.of("one", List.of())));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Evaluation.of(run, qrels, List.of(), Evaluation.Options.DEFAULT));
    assertEquals("run t and qrels have no topic in common", e.getMessage());
  }
}
