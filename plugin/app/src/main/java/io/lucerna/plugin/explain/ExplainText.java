package io.lucerna.plugin.explain;

import io.lucerna.plugin.cli.TextTable;
import io.lucerna.plugin.explain.Words.Word;
import io.lucerna.reranker.ScoreParts.SideParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Divided scores as lines of text. */
public final class ExplainText {
  private static final int SHOWN = 10;
  private static final String DIFFERENCE = "difference";

  private static final String PLAIN = "\u001b[0m";

  private final boolean coloured;

  /**
   * @param coloured whether words are shown on a ground of red (they add) or blue (they take away)
   */
  public ExplainText(boolean coloured) {
    this.coloured = coloured;
  }

  /** The score, its text, and the largest parts of each side. */
  public List<String> lines(Explained pair) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "query " + pair.qid() + ", passage " + pair.docid() + ": score " + pair.parts().score());
    for (SideParts side : pair.parts().sides()) {
      String name = side.side().name().toLowerCase(Locale.ROOT);
      double tokens = Arrays.stream(side.byToken().tokens()).sum();
      lines.add("");
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: biases %+.4f, tokens %+.4f, rounding %+.1e",
              name,
              side.byToken().biases(),
              tokens,
              pair.parts().residual(side)));
      List<Word> words = Words.of(side, pair.query(), pair.passage());
      if (coloured) {
        lines.add(painted(words));
      }
      lines.addAll(largest(words).lines());
      lines.addAll(largest(side).lines());
    }
    return lines;
  }

  private static TextTable largest(List<Word> words) {
    TextTable table = new TextTable(2, "word", "of", "adds");
    words.stream()
        .sorted(Comparator.comparingDouble(word -> -Math.abs(word.adds())))
        .limit(SHOWN)
        .forEach(word -> table.add(List.of(word.text(), word.from(), number(word.adds()))));
    return table;
  }

  private static TextTable largest(SideParts side) {
    Map<String, Double> parts = new LinkedHashMap<>();
    side.components().forEach((component, adds) -> parts.put(component.toString(), adds));
    parts.put("embeddings", Arrays.stream(side.rest().tokens()).sum());
    parts.put("biases", side.rest().biases());
    return largest(parts, "component", "adds");
  }

  /** What the parts of one passage add beyond those of another, for the same query. */
  public List<String> difference(Explained one, Explained other) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s above %s: %+.6f",
            one.docid(),
            other.docid(),
            (double) one.parts().score() - other.parts().score()));
    SideParts left = one.parts().sides().getLast();
    SideParts right = other.parts().sides().getLast();
    Map<String, Double> words = byWord(left, one);
    byWord(right, other).forEach((word, adds) -> words.merge(word, -adds, Double::sum));
    words.merge("(biases)", left.byToken().biases() - right.byToken().biases(), Double::sum);
    lines.addAll(largest(words, "word", DIFFERENCE).lines());
    Map<String, Double> components = new LinkedHashMap<>();
    left.components().forEach((component, adds) -> components.put(component.toString(), adds));
    right
        .components()
        .forEach((component, adds) -> components.merge(component.toString(), -adds, Double::sum));
    components.put("rest", left.rest().sum() - right.rest().sum());
    lines.addAll(largest(components, "component", DIFFERENCE).lines());
    return lines;
  }

  /** What the tokens of each word, wherever it stands, add. */
  private static Map<String, Double> byWord(SideParts side, Explained pair) {
    Map<String, Double> words = new LinkedHashMap<>();
    for (Word word : Words.of(side, pair.query(), pair.passage())) {
      String name = word.from().isEmpty() ? word.text() : word.text().toLowerCase(Locale.ROOT);
      String shown = word.from().equals("query") ? name + " (query)" : name;
      words.merge(shown, word.adds(), Double::sum);
    }
    return words;
  }

  private static TextTable largest(Map<String, Double> parts, String what, String number) {
    TextTable table = new TextTable(1, what, number);
    parts.entrySet().stream()
        .sorted(Comparator.comparingDouble(part -> -Math.abs(part.getValue())))
        .limit(SHOWN)
        .forEach(part -> table.add(List.of(part.getKey(), number(part.getValue()))));
    return table;
  }

  private static String number(double adds) {
    return String.format(Locale.ROOT, "%+.5f", adds);
  }

  private static String painted(List<Word> words) {
    double largest = words.stream().mapToDouble(word -> Math.abs(word.adds())).max().orElse(0);
    StringBuilder line = new StringBuilder();
    for (Word word : words) {
      int pale = 255 - (int) Math.round(largest == 0 ? 0 : 180 * Math.abs(word.adds()) / largest);
      String ground = word.adds() >= 0 ? "255;" + pale + ";" + pale : pale + ";" + pale + ";255";
      line.append(word.gap() && !line.isEmpty() ? " " : "")
          .append("\u001b[38;2;0;0;0;48;2;")
          .append(ground)
          .append('m')
          .append(word.text())
          .append(PLAIN);
    }
    return line.toString();
  }
}
