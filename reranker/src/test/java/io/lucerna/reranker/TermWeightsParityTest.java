package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SPLADE's scores against the inner products of the references' term weights. */
class TermWeightsParityTest {

  static Stream<Path> goldens() throws IOException {
    return Checkout.goldens(".*-mlm-splade.*");
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void scoresAreInnerProducts(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    Golden.Values weights = golden.get("splade");
    try (Ranker scorer = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      for (int i = 0; i < golden.passages().size(); i++) {
        float[] scores = scorer.score(golden.passages().get(i), golden.passages()).scores();
        for (int j = 0; j < scores.length; j++) {
          double expected = product(weights.row(i), weights.row(j));
          assertEquals(expected, scores[j], 1e-5 * Math.max(1, expected), i + " and " + j);
        }
      }
    }
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
