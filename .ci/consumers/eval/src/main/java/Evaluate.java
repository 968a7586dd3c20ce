import io.lucerna.eval.Comparison;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Two runs measured and compared. */
public final class Evaluate {
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("evaluate");
    Path qrels = Files.writeString(folder.resolve("qrels.txt"), "1 0 a 1\n2 0 b 2\n2 0 c 1\n");
    Path one = Files.writeString(folder.resolve("one.txt"), "1 Q0 b 1 2 one\n1 Q0 a 2 1 one\n"
        + "2 Q0 a 1 3 one\n2 Q0 c 2 2 one\n2 Q0 b 3 1 one\n");
    Path two = Files.writeString(folder.resolve("two.txt"), "1 Q0 a 1 2 two\n1 Q0 b 2 1 two\n"
        + "2 Q0 b 1 3 two\n2 Q0 a 2 2 two\n");
    Measure ndcg = Measure.parse("nDCG@10");
    Evaluation before = measure(one, qrels, ndcg);
    Evaluation after = measure(two, qrels, ndcg);
    List<String> topics = List.of("1", "2");
    Comparison comparison =
        Comparison.of(
            before.values(ndcg, topics), after.values(ndcg, topics), Comparison.Settings.DEFAULT);
    System.out.println(before.summary(ndcg) + " and " + after.summary(ndcg));
    System.out.println(comparison.wins() + " topics better, p " + comparison.tTest());
  }

  private static Evaluation measure(Path run, Path qrels, Measure measure) throws Exception {
    return Evaluation.of(
        Run.read(run), Qrels.read(qrels), List.of(measure), Evaluation.Options.DEFAULT);
  }
}
