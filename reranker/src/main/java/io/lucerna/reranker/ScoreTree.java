package io.lucerna.reranker;

import io.lucerna.instrumentation.text.Token;
import io.lucerna.reranker.ScoreParts.SideParts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.search.Explanation;

/**
 * The parts of a score as Lucene's tree. The details of a node that says {@code sum of:} add up to
 * its value, as Lucene's own tests want it.
 */
public final class ScoreTree {
  private static final int TOKENS = 10;
  private static final int COMPONENTS = 5;

  private ScoreTree() {}

  /**
   * Explains a score that a ranker gave.
   *
   * @param ranker the ranker
   * @param query the query's text
   * @param passage the passage's text
   * @param score what the ranker gave, in whatever batch
   * @param details what else is said of it
   * @return a tree whose value is the score
   * @throws IllegalArgumentException as {@link Ranker#explain} does
   */
  public static Explanation of(
      Ranker ranker, String query, String passage, float score, Explanation... details) {
    List<Explanation> all = new ArrayList<>();
    all.add(of(ranker.explain(query, passage).withScore(score)));
    all.addAll(List.of(details));
    return root(ranker.card(), score, "from:", all);
  }

  /**
   * The score with what it is made of.
   *
   * @param how the rest of the description
   */
  static Explanation root(ModelCard card, float score, String how, List<Explanation> details) {
    String what =
        "neural score of "
            + card.name()
            + ", "
            + card.scorer()
            + ", weights "
            + card.sha256()
            + ", computed as the model's score "
            + how;
    return Explanation.match(score, what, details);
  }

  /** What the tokens of the pair, or of the passage, add to the score. */
  private static Explanation of(ScoreParts parts) {
    SideParts side = parts.sides().getLast();
    List<Explanation> details = new ArrayList<>();
    details.add(Explanation.match((float) side.byToken().biases(), "biases"));
    double[] tokens = side.byToken().tokens();
    List<Integer> order = largest(tokens);
    for (int at : order.subList(0, Math.min(TOKENS, order.size()))) {
      details.add(token(side, at));
    }
    if (order.size() > TOKENS) {
      double other = order.subList(TOKENS, order.size()).stream().mapToDouble(i -> tokens[i]).sum();
      details.add(Explanation.match((float) other, (order.size() - TOKENS) + " other tokens"));
    }
    return sum(parts.score(), "score", details);
  }

  private static Explanation token(SideParts side, int at) {
    Token token = side.tokens().get(at);
    List<Explanation> details = new ArrayList<>();
    details.add(Explanation.match((float) side.rest().tokens()[at], "its embedding, straight"));
    List<String> names = new ArrayList<>();
    List<Double> found = new ArrayList<>();
    side.byBoth()
        .forEach(
            (component, shares) -> {
              names.add("through " + component);
              found.add(shares.tokens()[at]);
            });
    double[] values = found.stream().mapToDouble(d -> d).toArray();
    List<Integer> order = largest(values);
    for (int i : order.subList(0, Math.min(COMPONENTS, order.size()))) {
      details.add(Explanation.match((float) values[i], names.get(i)));
    }
    if (order.size() > COMPONENTS) {
      double other =
          order.subList(COMPONENTS, order.size()).stream().mapToDouble(i -> values[i]).sum();
      details.add(
          Explanation.match(
              (float) other, "through " + (order.size() - COMPONENTS) + " other components"));
    }
    String name = "token " + at + ", '" + token.piece() + "', " + token.role().option();
    return sum((float) side.byToken().tokens()[at], name, details);
  }

  /** The places of the numbers, the largest in size first. */
  private static List<Integer> largest(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -Math.abs(values[i])))
        .toList();
  }

  private static Explanation sum(float value, String what, List<Explanation> details) {
    double left = value;
    for (Explanation detail : details) {
      left -= detail.getValue().floatValue();
    }
    details.add(Explanation.match((float) left, "rounding"));
    return Explanation.match(value, what + ", sum of:", details);
  }
}
