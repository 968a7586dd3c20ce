package io.lucerna.plugin.examples;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Compares two runs on nDCG@10. */
final class CompareExample {
  private CompareExample() {}

  static Comparison compare(Path baseline, Path treatment, Path judgments) throws IOException {
    Qrels qrels = Qrels.read(judgments);
    Measure ndcg = Measure.parse("nDCG@10");
    Evaluation.Options options = Evaluation.Options.DEFAULT;
    Evaluation before = Evaluation.of(Run.read(baseline), qrels, List.of(ndcg), options);
    Evaluation after = Evaluation.of(Run.read(treatment), qrels, List.of(ndcg), options);
    return Comparison.of(before.values(ndcg), after.values(ndcg), Comparison.Settings.DEFAULT);
  }
}
