package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.model.Biases;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    addsUp(folder, Biases.OWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-cross-2labels",
        "bert-bi",
        "families/bert-colbert",
        "families/bert-mlm-splade",
        "families/t5-monot5"
      })
  void partsThatShareBiasesDoToo(String model) {
    addsUp(Path.of(Checkout.model(model)), Biases.ABSDOT);
  }

  private static void addsUp(Path folder, Biases biases) {
    try (Ranker ranker = Rankers.open(folder, "parts", ScorerOptions.defaults())) {
      ScoreParts parts = ranker.explain(QUERY, PASSAGE, ExplainOptions.DEFAULT.withBiases(biases));
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
      Optional<ScoreParts.Meeting> meeting = parts.meeting();
      assertEquals(parts.sides().size() == 2, meeting.isPresent());
      meeting.ifPresent(what -> addsUp(parts, what));
    }
  }

  private static void addsUp(ScoreParts parts, ScoreParts.Meeting meeting) {
    switch (meeting) {
      case ScoreParts.Pairs pairs -> theSame(parts, pairs.values());
      case ScoreParts.MaxSims sims -> {
        double sum = 0;
        for (int q = 0; q < sims.taken().length; q++) {
          double[] row = sims.products()[q];
          sum += row[sims.taken()[q]];
          assertEquals(
              Arrays.stream(row).filter(d -> !Double.isNaN(d)).max().orElseThrow(),
              row[sims.taken()[q]]);
        }
        assertEquals(parts.sides().get(0).tokens().size(), sims.taken().length);
        assertEquals(parts.score(), sum, 1e-5 * Math.max(1, sum));
      }
      case ScoreParts.Terms terms -> {
        double sum = terms.other().sum();
        for (ScoreParts.Term term : terms.heaviest()) {
          assertEquals(term.query() * term.passage(), term.byToken().sum(), 1e-5, term.text());
          sum += term.byToken().sum();
        }
        assertEquals(parts.score(), sum, 1e-5 * Math.max(1, Math.abs(sum)));
        double[] first = parts.sides().getLast().byToken().tokens().clone();
        for (int token = 0; token < first.length; token++) {
          double own = terms.other().tokens()[token];
          for (ScoreParts.Term term : terms.heaviest()) {
            own += term.byToken().tokens()[token];
          }
          assertEquals(first[token], own, 1e-5 * Math.max(1, Math.abs(sum)), "token " + token);
        }
      }
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
