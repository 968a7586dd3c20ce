package io.lucerna.plugin.explain;

import io.lucerna.instrumentation.text.Token;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.explain.Difference;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.explain.Words;
import io.lucerna.studies.explain.Words.Word;
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
      List<Word> words = Words.of(side, pair);
      if (coloured) {
        lines.add(painted(words));
      }
      lines.addAll(largest(words).lines());
      lines.addAll(largest(side).lines());
    }
    pair.parts()
        .meeting()
        .ifPresent(
            meeting -> {
              lines.add("");
              lines.addAll(largest(pair, meeting).lines());
            });
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
    TextTable table = new TextTable(1, "component", "adds");
    parts.entrySet().stream()
        .sorted(Comparator.comparingDouble(part -> -Math.abs(part.getValue())))
        .limit(SHOWN)
        .forEach(part -> table.add(List.of(part.getKey(), number(part.getValue()))));
    return table;
  }

  /** The largest of what query and passage have together. */
  private static TextTable largest(Explained pair, Meeting meeting) {
    List<Token> asked = pair.parts().sides().getFirst().tokens();
    List<Token> read = pair.parts().sides().getLast().tokens();
    return switch (meeting) {
      case Pairs pairs -> {
        List<Met> met = new ArrayList<>();
        for (int q = 0; q < asked.size(); q++) {
          for (int p = 0; p < read.size(); p++) {
            met.add(new Met(asked.get(q), read.get(p), pairs.values()[q][p]));
          }
        }
        met.sort(Comparator.comparingDouble(one -> -Math.abs(one.adds)));
        yield table(met.subList(0, Math.min(SHOWN, met.size())));
      }
      case MaxSims sims -> {
        List<Met> met = new ArrayList<>();
        for (int q = 0; q < asked.size(); q++) {
          int taken = sims.taken()[q];
          met.add(new Met(asked.get(q), read.get(taken), sims.products()[q][taken]));
        }
        yield table(met);
      }
      case Terms terms -> {
        TextTable table = new TextTable(1, "term", "query", "passage", "adds");
        for (Term term : terms.heaviest().subList(0, Math.min(SHOWN, terms.heaviest().size()))) {
          table.add(
              List.of(
                  term.text(),
                  number(term.query()),
                  number(term.passage()),
                  number(term.query() * term.passage())));
        }
        yield table;
      }
    };
  }

  private record Met(Token query, Token passage, double adds) {}

  private static TextTable table(List<Met> met) {
    TextTable table = new TextTable(2, "query token", "passage token", "adds");
    met.forEach(
        one -> table.add(List.of(one.query.piece(), one.passage.piece(), number(one.adds))));
    return table;
  }

  /** What the parts of one passage add beyond those of another, for the same query. */
  public List<String> difference(Explained one, Explained other) {
    Difference difference = Difference.of(one, other);
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s %s %s: %+.6f, rounding %+.1e",
            one.docid(),
            difference.side(),
            other.docid(),
            difference.score(),
            difference.rounding()));
    lines.addAll(largest("word", difference.words()).lines());
    lines.addAll(largest("component", difference.components()).lines());
    return lines;
  }

  private static TextTable largest(String what, List<Difference.Row> rows) {
    TextTable table = new TextTable(1, what, "difference");
    rows.stream()
        .limit(SHOWN)
        .forEach(row -> table.add(List.of(row.name(), number(row.difference()))));
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
