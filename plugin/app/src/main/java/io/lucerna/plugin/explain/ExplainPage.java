package io.lucerna.plugin.explain;

import static io.lucerna.studies.chart.PlainText.escaped;

import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.reranker.ExplainOptions;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.studies.explain.Difference;
import io.lucerna.studies.explain.Difference.Row;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.explain.Words;
import io.lucerna.studies.explain.Words.Word;
import io.lucerna.studies.page.HtmlPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Divided scores on one page that needs nothing else: words and components, each of which shows
 * what it has of the other.
 *
 * @param pairs what was explained
 * @param compared whether the difference of two passages is asked for
 * @param card the model
 * @param options how scores were divided
 */
record ExplainPage(
    List<Explained> pairs, boolean compared, ModelCard card, ExplainOptions options) {
  void write(Path file) throws IOException {
    new HtmlPage(
            "Why this score: " + card.label(),
            HtmlPage.resource(ExplainPage.class, "page.css"),
            body(),
            new PageData(pairs).json(),
            HtmlPage.resource(ExplainPage.class, "page.js"))
        .write(file);
  }

  private String body() {
    StringBuilder out = new StringBuilder("<header><h1>Why this score</h1>\n<p>");
    out.append(escaped(card.label())).append(", ").append(escaped(card.scorer()));
    out.append(". Every number is what a part adds to the score, in the network made linear around")
        .append(" this pass; together they are the score. ")
        .append(
            switch (options.biases()) {
              case OWN -> "Biases are a part of their own.";
              case ABSDOT -> "Tokens share the biases (AbsDot).";
            })
        .append("</p>\n<p class=\"legend\"><span>takes away</span><span class=\"bar\"")
        .append(" style=\"background:linear-gradient(90deg");
    for (int i = -4; i <= 4; i++) {
      out.append(',').append(new DivergingScale(4).colour(i).hex());
    }
    out.append(")\"></span><span>adds</span></p></header>\n<main>\n");
    if (compared) {
      difference(out, pairs.get(0), pairs.get(1));
    }
    DivergingScale scale = wordScale();
    out.append("<div class=\"docs\">\n");
    for (int i = 0; i < pairs.size(); i++) {
      document(out, i, pairs.get(i), scale);
    }
    return out.append(
            "</div>\n</main>\n<aside id=\"row\" aria-live=\"polite\"><p class=\"quiet\">Point at a word, or"
                + " reach it with Tab: the components that it acts through. Point at a component:"
                + " its words. Escape shows everything as it was.</p></aside>\n")
        .toString();
  }

  private DivergingScale wordScale() {
    return DivergingScale.holding(
        pairs.stream()
            .flatMap(
                pair ->
                    pair.parts().sides().stream()
                        .flatMap(side -> Words.of(side, pair).stream())
                        .map(Word::adds))
            .mapToDouble(d -> d)
            .toArray());
  }

  private void document(StringBuilder out, int number, Explained pair, DivergingScale scale) {
    out.append("<section class=\"doc\" data-doc=\"").append(number).append("\"><h2>");
    out.append(escaped(pair.docid())).append(" <span class=\"score\">score ");
    out.append(pair.parts().score()).append("</span></h2>\n<p class=\"quiet\">for query ");
    out.append(escaped(pair.qid())).append(": ").append(escaped(pair.query())).append("</p>\n");
    List<SideParts> sides = pair.parts().sides();
    for (int i = 0; i < sides.size(); i++) {
      side(out, i, pair, sides.get(i), scale);
    }
    pair.parts().meeting().ifPresent(meeting -> meeting(out, meeting));
    out.append("</section>\n");
  }

  private static void side(
      StringBuilder out, int number, Explained pair, SideParts side, DivergingScale scale) {
    double tokens = Arrays.stream(side.byToken().tokens()).sum();
    out.append("<div class=\"side\" data-side=\"").append(number).append("\"><h3>");
    out.append(
        switch (side.side()) {
          case PAIR -> "Query and passage, read together";
          case QUERY -> "Query";
          case PASSAGE -> "Passage";
        });
    out.append("</h3>\n<p class=\"sum\">tokens ").append(number(tokens));
    out.append(" biases ").append(number(side.byToken().biases())).append(" rounding ");
    out.append(tiny(pair.parts().residual(side))).append(" = ").append(pair.parts().score());
    out.append("</p>\n<p class=\"words\">");
    List<Word> words = Words.of(side, pair);
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      out.append(word.gap() && i > 0 ? " " : "");
      String kind = word.from().isEmpty() ? "w special" : "w";
      button(out, kind, i, word.text(), word.text(), word.adds(), scale);
    }
    out.append("</p>\n");
    components(out, side);
    out.append("</div>\n");
  }

  /**
   * Something that can be pointed at.
   *
   * @param kind what it is, by which the script knows it
   * @param number which of its kind
   * @param name what is read out
   */
  private static void button(
      StringBuilder out,
      String kind,
      int number,
      String text,
      String name,
      double adds,
      DivergingScale scale) {
    Rgb ground = scale.colour(adds);
    out.append("<button type=\"button\" class=\"").append(kind);
    out.append("\" data-n=\"").append(number).append("\" data-adds=\"").append(adds);
    out.append("\" style=\"background:").append(ground.hex()).append(";color:");
    out.append(ground.text().hex()).append("\" aria-label=\"").append(escaped(name));
    out.append(", ").append(number(adds)).append("\">").append(escaped(text)).append("</button>");
  }

  private static void components(StringBuilder out, SideParts side) {
    DivergingScale scale =
        DivergingScale.holding(
            side.components().values().stream().mapToDouble(Double::doubleValue).toArray());
    Map<String, List<Integer>> layers = new LinkedHashMap<>();
    List<Component> all = List.copyOf(side.components().keySet());
    for (int i = 0; i < all.size(); i++) {
      String layer = all.get(i).toString().replaceAll("(H\\d+|X\\d+|mlp)$", "");
      layers.computeIfAbsent(layer, l -> new ArrayList<>()).add(i);
    }
    out.append("<h4>Components: heads and MLPs by layer</h4>\n<div class=\"grid\">\n");
    for (Map.Entry<String, List<Integer>> layer : layers.entrySet()) {
      out.append("<div class=\"layer\"><span class=\"name\">").append(layer.getKey());
      out.append("</span>");
      for (int i : layer.getValue()) {
        Component component = all.get(i);
        double adds = side.components().getOrDefault(component, 0.0);
        String name = component.toString().substring(layer.getKey().length());
        button(out, "c", i, name, component.toString(), adds, scale);
      }
      out.append("</div>\n");
    }
    double straight = Arrays.stream(side.rest().tokens()).sum();
    out.append("</div>\n<p class=\"sum\">straight from the embeddings ").append(number(straight));
    out.append(" biases on that way ").append(number(side.rest().biases())).append("</p>\n");
  }

  private static void meeting(StringBuilder out, Meeting meeting) {
    switch (meeting) {
      case Pairs pairs ->
          out.append(
              "<p class=\"quiet\">Point at a word of the query: what it adds together with each"
                  + " word of the passage.</p>\n");
      case MaxSims sims ->
          out.append(
              "<p class=\"quiet\">Point at a word of the query: the largest products of its tokens"
                  + " with those of each word of the passage; what they take is framed.</p>\n");
      case Terms terms -> terms(out, terms);
    }
  }

  private static void terms(StringBuilder out, Terms terms) {
    List<Term> all = terms.heaviest();
    DivergingScale scale =
        DivergingScale.holding(all.stream().mapToDouble(t -> t.query() * t.passage()).toArray());
    out.append("<h3>Terms that both texts have</h3>\n<p class=\"words\">");
    for (int i = 0; i < all.size(); i++) {
      Term term = all.get(i);
      out.append(i > 0 ? " " : "");
      button(out, "t", i, term.text(), term.text(), term.query() * term.passage(), scale);
    }
    out.append("</p>\n<p class=\"sum\">other terms ").append(number(terms.other().sum()));
    out.append("</p>\n");
  }

  private static void difference(StringBuilder out, Explained one, Explained other) {
    Difference difference = Difference.of(one, other);
    out.append("<section><h2>Why ").append(escaped(one.docid())).append(" is ");
    out.append(difference.side()).append(' ').append(escaped(other.docid()));
    out.append(" <span class=\"score\">").append(number(difference.score()));
    out.append("</span></h2>\n<div class=\"beside\">\n");
    table(out, "word", one, other, difference.words());
    table(out, "component", one, other, difference.components());
    out.append(
            "</div>\n<p class=\"quiet\">All words and biases together are the difference, but for")
        .append(" rounding of ")
        .append(tiny(difference.rounding()))
        .append(".</p></section>\n");
  }

  private static void table(
      StringBuilder out, String what, Explained one, Explained other, List<Row> rows) {
    DivergingScale scale =
        DivergingScale.holding(rows.stream().mapToDouble(Row::difference).toArray());
    out.append("<div class=\"scroll\"><table><thead><tr><th>").append(what).append("</th><th>");
    out.append(escaped(one.docid())).append("</th><th>").append(escaped(other.docid()));
    out.append("</th><th>difference</th></tr></thead><tbody>\n");
    for (Row row : rows) {
      Rgb ground = scale.colour(row.difference());
      out.append("<tr><th scope=\"row\">").append(escaped(row.name())).append("</th><td>");
      out.append(number(row.one())).append("</td><td>").append(number(row.other()));
      out.append("</td><td data-difference=\"").append(row.difference());
      out.append("\" style=\"background:").append(ground.hex()).append(";color:");
      out.append(ground.text().hex()).append("\">").append(number(row.difference()));
      out.append("</td></tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%+.4f", value).replace('-', '\u2212');
  }

  private static String tiny(double value) {
    return String.format(Locale.ROOT, "%+.0e", value).replace('-', '\u2212');
  }
}
