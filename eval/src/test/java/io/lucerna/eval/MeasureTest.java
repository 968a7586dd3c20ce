package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.qrels.Qrels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasureTest {
  @ParameterizedTest
  @CsvSource({
    "ndcg_cut.10,ndcg_cut_10,nDCG@10",
    "ndcg_cut_10,ndcg_cut_10,nDCG@10",
    "nDCG@10,ndcg_cut_10,nDCG@10",
    "nDCG,ndcg,nDCG",
    "AP,map,AP",
    "AP@100,map_cut_100,AP@100",
    "map_cut.100,map_cut_100,AP@100",
    "RR,recip_rank,RR",
    "RR@10,RR@10,RR@10",
    "R@100,recall_100,R@100",
    "P@30,P_30,P@30",
    "P_30,P_30,P@30",
    "Success@1,success_1,Success@1",
    "AP(rel=2),AP(rel=2),AP(rel=2)",
    "P(rel=2)@5,P(rel=2)@5,P(rel=2)@5",
    "RR(rel=3)@10,RR(rel=3)@10,RR(rel=3)@10",
    "IPrec@0.1,iprec_at_recall_0.10,IPrec@0.10",
    "set_F.0.5,set_F_0.5,SetF_0.5",
    "infAP,infAP,infAP",
  })
  void knowsBothNames(String name, String trec, String ir) {
    Measure measure = Measure.parse(name);
    assertEquals(trec, measure.trecName());
    assertEquals(ir, measure.irName());
    assertEquals(measure, Measure.parse(ir.equals("SetF_0.5") ? trec : ir));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "map.10|map takes no parameters (did you mean map_cut?): '10'",
        "P.5,5|a cutoff occurs twice: '5,5'",
        "P.0|a cutoff must be a whole number of 1 or more: '0'",
        "P.x|'x' is not numbers joined by commas",
        "nDCG(rel=2)@10|'nDCG(rel=2)@10': nDCG takes no rel=",
        "AP(judged_only=True)|'AP(judged_only=True)': the only parameter known is rel=, such as"
            + " AP(rel=2)",
        "P|'P' stands for 9 measures where one is wanted",
        "utility.1,2|utility takes 4 numbers, such as utility.1,-1,0,0, not 2",
        "G.3|'3' is not grade=gain, such as 2=9.0",
        "ERR@10|no measure is called 'ERR@10'; known are trec_eval's (map, P.5,10, ndcg_cut.10,"
            + " official, all_trec, …) and ir-measures' (AP, P@10, nDCG@10, RR@10, R@100,"
            + " AP(rel=2), …)",
      })
  void saysWhatIsWrongWithAName(String name, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Measure.parse(name)).getMessage());
  }

  @Test
  void aFamilyIsSelectedOnceWithTheParametersStatedFirst() {
    MeasureSelection selection =
        MeasureSelection.of(List.of("P.10,5", "map", "P.30", "nDCG@10", "ndcg_cut_20"));
    assertEquals("[AP, P@5, P@10, nDCG@10, nDCG@20]", selection.measures().toString());
    assertEquals(
        MeasureSelection.of(List.of("official")).measures(),
        MeasureSelection.of(List.of()).measures());
  }

  private static double value(String measure, int... grades) {
    Map<String, Integer> judged = new java.util.HashMap<>();
    List<RankedDoc> docs = new ArrayList<>();
    for (int i = 0; i < grades.length; i++) {
      docs.add(new RankedDoc("d" + i, -i));
      judged.put("d" + i, grades[i]);
    }
    Measure parsed = Measure.parse(measure);
    return Evaluation.of(
            Run.of("t", List.of(Ranking.of("1", docs))),
            Qrels.of(Map.of("1", judged)),
            List.of(parsed),
            Evaluation.Options.DEFAULT)
        .summary(parsed);
  }

  @Test
  void computesByHand() {
    assertEquals((1 / 2.0 + 2 / 4.0) / 2, value("AP", 0, 1, 0, 2), 1e-15);
    assertEquals((1 / 4.0) / 1, value("AP(rel=2)", 0, 1, 0, 2), 1e-15);
    assertEquals(0, value("RR@2", 0, 0, 1), 1e-15);
    assertEquals(1 / 3.0, value("RR@3", 0, 0, 1), 1e-15);
    assertEquals(1 / 3.0, value("RR(rel=2)@10", 1, 0, 2), 1e-15);
    double dcg = 1 / (Math.log(3) / Math.log(2)) + 3 / 2.0;
    double ideal = 3 + 1 / (Math.log(3) / Math.log(2));
    assertEquals(dcg / ideal, value("nDCG@3", 0, 1, 3, 0), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nDCG", "nDCG@10", "AP", "RR", "bpref", "G", "Rndcg", "ndcg_rel", "binG"})
  void anIdealRankingScoresOne(String measure) {
    assertEquals(1, value(measure, 3, 3, 2, 1, 1, 0), 1e-12);
  }
}
