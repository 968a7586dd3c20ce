import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.ranking.Findings;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.ranking.Studies;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is lost by cutting heads: the same candidates reranked with and without them. */
public final class Study {
  public static void main(String[] arguments) throws Exception {
    Map<String, String> queries = Map.of("1", "what is a lamp", "2", "light of glass");
    Map<String, String> texts = Map.of("a", "the lamp is light of oil .", "b", "glass and oil .");
    List<RankedDoc> found = List.of(new RankedDoc("a", 2), new RankedDoc("b", 1));
    Run run = Run.of("bm25", List.of(Ranking.of("1", found), Ranking.of("2", found)));
    Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1), "2", Map.of("b", 1)));
    try (Ranker ranker = Rankers.open(Path.of(arguments[0]), "mine", ScorerOptions.defaults())) {
      Findings findings =
          Studies.of(ranker, queries, run, texts::get, qrels)
              .condition("cut", "zero blocks.*.attn.hook_z head=0")
              .condition("half", "scale blocks.1.hook_mlp_out by=0.5")
              .measures("nDCG@10", "RR")
              .run();
      Statistics cut = findings.contrast("cut", "nDCG@10").statistics();
      System.out.println(cut.baseline() + " became " + cut.value() + ", p " + cut.pTAdjusted());
      findings.topicValues().forEach(System.out::println); // topic by topic, every condition
      findings.moves().forEach(System.out::println); // where documents were, and are
    }
  }
}
