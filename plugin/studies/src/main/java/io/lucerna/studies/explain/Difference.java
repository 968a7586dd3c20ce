package io.lucerna.studies.explain;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.studies.explain.Words.Word;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the parts of one passage's score have beyond those of another's, for the same query.
 *
 * @param score the scores' difference
 * @param words what each word adds wherever it stands, special tokens and biases too, the largest
 *     difference first
 * @param components what each component adds, and the rest, the largest difference first
 */
public record Difference(double score, List<Row> words, List<Row> components) {
  /**
   * Something that both scores can have.
   *
   * @param one what it adds to the first score
   * @param other what it adds to the second
   */
  public record Row(String name, double one, double other) {
    public double difference() {
      return one - other;
    }
  }

  public static Difference of(Explained one, Explained other) {
    SideParts left = one.parts().sides().getLast();
    SideParts right = other.parts().sides().getLast();
    return new Difference(
        (double) one.parts().score() - other.parts().score(),
        rows(byWord(left, one), byWord(right, other)),
        rows(byComponent(left), byComponent(right)));
  }

  /** Where the first stands. */
  public String side() {
    return score < 0 ? "below" : "above";
  }

  /** What rounding leaves of the scores' difference. */
  public double rounding() {
    return score - words.stream().mapToDouble(Row::difference).sum();
  }

  private static List<Row> rows(Map<String, Double> one, Map<String, Double> other) {
    Map<String, Double> all = new LinkedHashMap<>(one);
    other.forEach(all::putIfAbsent);
    return all.keySet().stream()
        .map(name -> new Row(name, one.getOrDefault(name, 0.0), other.getOrDefault(name, 0.0)))
        .sorted(Comparator.comparingDouble(row -> -Math.abs(row.difference())))
        .toList();
  }

  private static Map<String, Double> byWord(SideParts side, Explained pair) {
    Map<String, Double> words = new LinkedHashMap<>();
    for (Word word : Words.of(side, pair)) {
      words.merge(name(word, side.tokens().get(word.first())), word.adds(), Double::sum);
    }
    words.put("(biases)", side.byToken().biases());
    return words;
  }

  /** A word of the passage, of the query and of what a model puts before them are not the same. */
  private static String name(Word word, Token first) {
    if (first.role() == Role.PROMPT) {
      return word.text() + " (prompt)";
    }
    String text = word.from().isEmpty() ? word.text() : word.text().toLowerCase(Locale.ROOT);
    return word.from().equals("query") ? text + " (query)" : text;
  }

  private static Map<String, Double> byComponent(SideParts side) {
    Map<String, Double> components = new LinkedHashMap<>();
    side.components().forEach((component, adds) -> components.put(component.toString(), adds));
    components.put("rest", side.rest().sum());
    return components;
  }
}
