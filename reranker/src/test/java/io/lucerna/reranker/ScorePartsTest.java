package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of a score add up to it. */
class ScorePartsTest {
  private static final String QUERY = "time sharing operating system";
  private static final String PASSAGE = "the capital shares time with memory , disk and water";

  static Stream<Path> models() throws IOException {
    return Checkout.kinds(".*");
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void partsAddUpToTheScore(Path folder) {
    try (Ranker ranker = Rankers.open(folder, "parts", ScorerOptions.defaults())) {
      ScoreParts parts = ranker.explain(QUERY, PASSAGE);
      float score = ranker.score(QUERY, List.of(PASSAGE)).scores()[0];
      assertEquals(score, parts.score());
      assertEquals(ranker.reading().sides(), parts.sides().stream().map(SideParts::side).toList());
      for (SideParts side : parts.sides()) {
        double size = Math.max(1, Arrays.stream(side.byToken().tokens()).map(Math::abs).sum());
        String what = folder + " " + side.side();
        assertEquals(score, side.byToken().sum(), 1e-5 * size, what + " by token");
        double written =
            side.rest().sum() + side.components().values().stream().mapToDouble(d -> d).sum();
        assertEquals(score, written, 1e-5 * size, what + " by component");
        for (int token = 0; token < side.tokens().size(); token++) {
          double sum = side.rest().tokens()[token];
          for (Shares shares : side.byBoth().values()) {
            sum += shares.tokens()[token];
          }
          assertEquals(side.byToken().tokens()[token], sum, 1e-5 * size, what + " token " + token);
        }
      }
      assertEquals(ranker.reading().model().task() == Task.VECTOR, parts.pairs().isPresent());
      parts.pairs().ifPresent(pairs -> theSame(parts, pairs.values()));
    }
  }

  /** Rows add up to the query's parts, columns to the passage's. */
  private static void theSame(ScoreParts parts, double[][] pairs) {
    SideParts query = parts.sides().get(0);
    SideParts passage = parts.sides().get(1);
    assertEquals(query.tokens().size() + 1, pairs.length);
    double largest = 0;
    for (int row = 0; row < query.tokens().size(); row++) {
      assertEquals(query.byToken().tokens()[row], sum(pairs[row]), 1e-5, "query token " + row);
      largest = Math.max(largest, Math.abs(sum(pairs[row])));
    }
    for (int column = 0; column <= passage.tokens().size(); column++) {
      double sum = 0;
      for (double[] row : pairs) {
        sum += row[column];
      }
      double expected =
          column < passage.tokens().size()
              ? passage.byToken().tokens()[column]
              : passage.byToken().biases();
      assertEquals(expected, sum, 1e-5, "passage token " + column);
    }
    assertTrue(largest > 1e-4, "nothing is added");
  }
}
