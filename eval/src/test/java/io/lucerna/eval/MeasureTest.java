package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    "iprec_at_recall.0.125,iprec_at_recall_0.12,IPrec@0.125",
    "Rprec_mult.0.375,Rprec_mult_0.38,Rprec_mult_0.375",
    "IPrec(rel=2)@0.125,IPrec(rel=2)@0.125,IPrec(rel=2)@0.125",
    "R_cap(rel=2)@100,relative_P_100(rel=2),relative_P_100(rel=2)",
    "set_F.0.5,set_F_0.5,SetF_0.5",
    "SetF(rel=2),SetF(rel=2),SetF(rel=2)",
    "infAP,infAP,infAP",
  })
  void knowsBothNames(String name, String trec, String ir) {
    Measure measure = Measure.parse(name);
    assertEquals(trec, measure.trecName());
    assertEquals(ir, measure.irName());
    assertEquals(measure, Measure.parse(ir));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "map.10|map takes no parameters (did you mean map_cut?): '10'",
        "P.5,5|a cutoff occurs twice: '5,5'",
        "P.0|a cutoff must be a whole number of 1 or more: '0'",
        "P.x|'x' is not numbers joined by commas",
        "nDCG(rel=2)@10|'nDCG(rel=2)@10': nDCG takes no rel=; it takes dcg=",
        "nDCG(rel=2)|'nDCG(rel=2)': nDCG takes no rel=; it takes dcg=",
        "AP(dcg=\"log2\")|'AP(dcg=\"log2\")': AP takes no dcg=; it takes rel=",
        "nDCG(dcg='ln')@10|'nDCG(dcg='ln')@10': dcg= is 'log2', where a grade is its own gain, or"
            + " 'exp-log2'",
        "SetF(beta=0.5)|'SetF(beta=0.5)': SetF takes no beta=; it takes rel=",
        "NumRet(rel=2)|'NumRet(rel=2)': NumRet takes no rel=",
        "AP(rel=x)|'AP(rel=x)': rel= is the lowest relevant grade, a whole number: 'x'",
        "AP(rel=1,rel=2)|'AP(rel=1,rel=2)': rel= occurs twice",
        "AP(2)|'AP(2)': '2' is not a parameter, such as rel=2",
        "AP(judged_only=True)|'AP(judged_only=True)': no measure has judged_only= here; eval's -J"
            + " does that for all of them",
        "Recall|'Recall' lacks a cutoff: did you mean R@10?",
        "Judged|'Judged' lacks a cutoff: did you mean Judged@10?",
        "Bpref@10|'Bpref@10': Bpref takes no cutoff",
        "F1@10|'F1@10': F1 takes no cutoff",
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

  /** What a file has as a measure's name is read as that measure. */
  @Test
  void everyNameReadsBack() {
    Map<Family, String> stated =
        Map.of(
            Family.UTILITY, "1,-1,0,.5",
            Family.SET_F, "2",
            Family.NDCG, "1=3,3=10",
            Family.G, "1=2",
            Family.ELEVEN_POINT_AVERAGE, "0,.5",
            Family.IPREC_AT_RECALL, "0.121,0.122",
            Family.R_PREC_MULT, "0.121,0.122");
    for (Family family : Family.values()) {
      List<Measure> measures = new ArrayList<>(family.measures(""));
      measures.addAll(family.measures(stated.getOrDefault(family, "")));
      if (family.takesLevel()) {
        measures.addAll(measures.stream().map(measure -> measure.withLevel(2)).toList());
      }
      for (Measure measure : measures) {
        Measure again = Measure.parse(measure.irName());
        assertEquals(measure, again);
        assertEquals(measure.level(), again.level(), measure.irName());
        assertEquals(measure.trecName(), again.trecName());
      }
    }
    assertEquals(2, Measure.parseAll("iprec_at_recall.0.121,0.122").size());
  }

  /** Each spelling is the same measure as the name at its side. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AP|map MAP ap Ap mean_average_precision Average-Precision",
        "AP@100|map@100 MAP@100 ap@100 map_100 MAP_100 map_cut@100 MAP_CUT_100 AP_100",
        "nDCG|NDCG ndcg nDCG(dcg='log2') ndcg(judged_only=False)",
        "nDCG@10|NDCG@10 ndcg@10 Ndcg_10 nDCG_10 ndcg_10 ndcg_cut@10 NDCG_CUT_10 NDCG-10 NDCG10"
            + " nDCG.10 nDCG(dcg=\"log2\")@10",
        "RR|MRR mrr recip_rank Recip_Rank reciprocal-rank rr Mean_Reciprocal_Rank",
        "RR@10|MRR@10 mrr@10 RR_10 mrr_10 MRR.10 MRR10 recip_rank@10",
        "R@100|Recall@100 recall@100 recall_100 Recall_100 R100 r@100 RECALL@100",
        "P@5|Precision@5 precision@5 Prec@5 p@5 P5 precision_5 P-5",
        "Success@5|success@5 SUCCESS@5 Success_5 hit_rate@5 HitRate@5 Hit@5 hit-rate_5",
        "Rprec|R-Precision r_precision RPrec R-Prec rprec RPrecision",
        "Bpref|bpref BPREF bPref",
        "infAP|InfAP INFAP inf_ap",
        "SetF|F1 f1 set_F setf",
        "SetP|set_p setP SET_P",
        "gm_map|GMAP gmap GM_MAP",
        "relative_P_100|R_cap@100 recall_cap@100 relative_P@100",
        "IPrec@0.10|iprec@.1 IPREC@0.1 iprec_at_recall_0.10",
        "AP(rel=2)|MAP(rel=2) ap(rel=2) map(rel=2)",
        "R(rel=2)@100|Recall(rel=2)@100 recall(rel=2)_100",
        "RR(rel=2)@10|MRR(rel=2)@10",
        "Judged@10|judged@10 JUDGED_10 judged_10",
        "nDCG(dcg='exp-log2')@10|nDCG(dcg=\"exp-log2\")@10 NDCG(dcg=exp-log2)@10",
      })
  void knowsTheSpellingsOfOthers(String name, String spellings) {
    for (String spelling : spellings.split(" ")) {
      assertEquals(name, Measure.parse(spelling).irName(), spelling);
      assertEquals(Measure.parse(name), Measure.parse(spelling), spelling);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nDGC@10|nDCG@10",
        "ndcg_ct_10|nDCG@10",
        "Reccall@100|R@100",
        "Hits@10|Success@10",
        "preccision@5|P@5",
        "bperf|Bpref",
        "offical|official",
        "Juged@5|Judged@5",
      })
  void namesTheNearest(String wrong, String nearest) {
    String message = fault(wrong);
    assertTrue(
        message.startsWith("no measure is called '" + wrong + "'; nearest: " + nearest), message);
  }

  private static String fault(String name) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> Measure.parse(name)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ERR@10", "RBP", "xyz", "alpha_nDCG", "Accuracy@10", ""})
  void namesNothingWhereNothingIsNear(String wrong) {
    String message = fault(wrong);
    assertTrue(
        message.startsWith("no measure is called '" + wrong + "'; known are trec_eval's"), message);
  }

  @Test
  void judgedIsTheListedShareOfTheFirstDocuments() {
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 0, "c", -1, "z", 3)));
    List<RankedDoc> docs = new ArrayList<>();
    for (String docno : List.of("a", "b", "c", "d")) {
      docs.add(new RankedDoc(docno, -docno.charAt(0)));
    }
    Run run = Run.of("t", List.of(Ranking.of("1", docs)));
    Map.of("Judged@1", 1.0, "Judged@2", 0.5, "Judged@3", 2 / 3.0, "Judged@100", 0.5)
        .forEach(
            (name, value) -> {
              Measure judged = Measure.parse(name);
              assertEquals(
                  value,
                  Evaluation.of(run, qrels, List.of(judged), Evaluation.Options.DEFAULT)
                      .summary(judged));
            });
  }

  /** Its value depends on the level exactly where it says so. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "AP",
        "RR",
        "RR@10",
        "P@5",
        "R@5",
        "Success@2",
        "Rprec",
        "infAP",
        "nDCG",
        "nDCG@10",
        "nDCG(dcg='exp-log2')@10",
        "Judged@10",
        "AP(rel=1)",
        "RR(rel=2)@10"
      })
  void usesTheLevelIfItChangesWithIt(String name) {
    Map<String, Integer> grades = Map.of("a", 1, "b", 2, "c", 0, "d", 2, "e", 1, "f", 1);
    List<RankedDoc> docs = new ArrayList<>();
    for (String docno : List.of("c", "a", "x", "b")) {
      docs.add(new RankedDoc(docno, -docs.size()));
    }
    Run run = Run.of("t", List.of(Ranking.of("1", docs)));
    Measure measure = Measure.parse(name);
    double[] values = new double[2];
    for (int level = 1; level <= 2; level++) {
      Evaluation.Options options = Evaluation.Options.DEFAULT.withLevel(level);
      Evaluation measured =
          Evaluation.of(run, Qrels.of(Map.of("1", grades)), List.of(measure), options);
      values[level - 1] = measured.summary(measure);
    }
    assertEquals(values[0] != values[1], measure.usesLevel());
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
    double steep = 1 / (Math.log(3) / Math.log(2)) + 7 / 2.0;
    double steepest = 7 + 1 / (Math.log(3) / Math.log(2));
    assertEquals(steep / steepest, value("nDCG(dcg='exp-log2')@3", 0, 1, 3, 0), 1e-12);
    assertEquals(steep / steepest, value("nDCG(dcg='exp-log2')", 0, 1, 3, 0), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nDCG",
        "nDCG@10",
        "AP",
        "RR",
        "bpref",
        "nDCG(dcg='exp-log2')@2",
        "G",
        "Rndcg",
        "ndcg_rel",
        "binG"
      })
  void anIdealRankingScoresOne(String measure) {
    assertEquals(1, value(measure, 3, 3, 2, 1, 1, 0), 1e-12);
  }
}
