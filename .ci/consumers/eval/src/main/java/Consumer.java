import io.lucerna.eval.Comparison;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Measures a run. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path file = Files.createTempFile("consumer", ".txt");
    Files.writeString(file, "1 Q0 a 1 3.0 tag\n1 Q0 b 2 2.0 tag\n");
    Run run = Run.read(file);
    Files.delete(file);
    Measure ndcg = Measure.parse("nDCG@10");
    Evaluation evaluation =
        Evaluation.of(
            run,
            Qrels.of(Map.of("1", Map.of("b", 1))),
            List.of(ndcg),
            Evaluation.Options.DEFAULT);
    double expected = 1 / (Math.log(3) / Math.log(2));
    if (Math.abs(evaluation.summary(ndcg) - expected) > 1e-12) {
      throw new AssertionError("nDCG@10 " + evaluation.summary(ndcg) + " instead of " + expected);
    }
    double[] one = {.1, .2, .3, .4};
    double[] other = {.2, .4, .4, .6};
    double difference = Comparison.of(one, other, Comparison.Settings.DEFAULT).change();
    if (Math.abs(difference - .15) > 1e-12) {
      throw new AssertionError("difference " + difference);
    }
  }
}
