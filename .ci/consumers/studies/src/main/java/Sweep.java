import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.HeadSweep;
import io.lucerna.studies.patch.NodeEffect;
import io.lucerna.studies.patch.Patching;
import io.lucerna.topics.ContrastPair;
import java.nio.file.Path;
import java.util.List;

/** Which heads carry what a word adds to a passage's score: of one pair, and of several. */
public final class Sweep {
  public static void main(String[] arguments) throws Exception {
    String query = "what is a lamp";
    List<ContrastPair> pairs =
        List.of(
            ContrastPair.of("a", query, "the light of oil .", "the light of oil lamp ."),
            ContrastPair.of("b", query, "glass and oil .", "glass and oil lamp ."),
            ContrastPair.of("c", "light of glass", "a lamp of oil .", "a lamp of oil glass ."));
    try (Ranker ranker = Rankers.open(Path.of(arguments[0]), "mine", ScorerOptions.defaults())) {
      HeadSweep one =
          HeadSweep.of(ranker, query, "the light of oil .", "the light of oil lamp .");
      double[][] effects = one.effects(); // [layer][head], 1: the whole change comes back
      System.out.println("L1H0 brings back " + effects[1][0] + " of the change");

      Patching many = Patching.of(ranker, SweepKind.HEAD, pairs);
      System.out.println("on average " + many.mean()[1][0] + ", of a " + many.effects(0)[1][0]);
      for (NodeEffect head : many.strongest(3)) {
        System.out.println(head.node() + " " + head.effect()); // over all pairs, with its interval
      }
      System.out.println("do not count: " + many.excluded()); // and why
    }
  }
}
