package io.lucerna.studies.patch;

import static io.lucerna.studies.chart.PlainText.escaped;

import io.lucerna.base.Counted;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The list of single pairs on a study's page. */
final class PagePairs {
  private static final int SHOWN = 20;
  private static final int PICTURED = 3;
  private static final int STRONGEST = 5;

  private final StudyData data;
  private final Figures figures;
  private final StringBuilder out = new StringBuilder();
  private int pictures;

  PagePairs(StudyData data, Figures figures) {
    this.data = data;
    this.figures = figures;
  }

  /** The pairs whose score changes most, as HTML. */
  String html() throws IOException {
    List<ContrastPair> pairs = PatchStudy.largest(data, Perturbed.ALL, SHOWN);
    out.append("<p>").append(Counted.of(pairs.size(), "pair"));
    out.append(", largest changes of the score first; the files have all. ");
    out.append("Effects are shares of the pair's change. Colours are roles: ");
    for (Role role : Role.values()) {
      out.append(token(role.option(), role)).append(' ');
    }
    out.append("</p>\n");
    for (ContrastPair pair : pairs) {
      pair(pair, data.read(pair));
    }
    return out.toString();
  }

  private void pair(ContrastPair pair, PairOutcome.Swept swept) {
    SweepResult first = swept.ways().getFirst().result();
    out.append("<details class=\"pair\"><summary><b>").append(escaped(pair.query()));
    out.append("</b> <span class=\"quiet\">").append(escaped(pair.perturbation()));
    out.append(", passage ").append(escaped(pair.docid()));
    pair.grade().ifPresent(grade -> out.append(", grade ").append(grade));
    out.append("</span> <span class=\"number\">");
    out.append(number(first.donor() - (double) first.recipient())).append("</span></summary>\n");
    out.append("<p class=\"quiet\">pair <bdi>").append(escaped(pair.id()));
    out.append("</bdi>; change of the score, donor minus recipient: ");
    out.append(number(first.donor() - (double) first.recipient())).append("</p>\n");
    aligned(swept);
    for (WayRows rows : data.ways()) {
      way(pair, swept, rows.way());
    }
    out.append("</details>\n");
  }

  private void aligned(PairOutcome.Swept swept) {
    out.append("<div class=\"aligned\"><div class=\"slot head\"><span>base</span>");
    out.append("<span>perturbed</span></div>");
    for (int i = 0; i < swept.base().size(); i++) {
      Token base = swept.base().get(i);
      Token perturbed = swept.perturbed().get(i);
      boolean same = base.piece().equals(perturbed.piece());
      out.append("<div class=\"slot").append(same ? "" : " changed").append("\">");
      out.append(token(base.piece(), base.role()));
      out.append(token(perturbed.piece(), perturbed.role())).append("</div>");
    }
    out.append("</div>\n");
  }

  private static String token(String piece, Role role) {
    Rgb fill = RoleColours.of(role);
    return "<bdi class=\"token\" title=\""
        + role.option()
        + "\" style=\"background:"
        + fill.hex()
        + ";color:"
        + fill.text().hex()
        + "\">"
        + escaped(piece)
        + "</bdi>";
  }

  private void way(ContrastPair pair, PairOutcome.Swept swept, Way way) {
    SweepResult result = swept.in(way).orElseThrow().result();
    out.append("<p>").append(way.words()).append(", largest effects: ");
    int length = data.space().positions() ? result.tokens().size() : 1;
    List<String> words =
        IntStream.range(0, result.patched().length)
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    i -> -Math.abs((double) result.patched()[i] - result.recipient())))
            .limit(STRONGEST)
            .map(i -> cell(result, i, length))
            .toList();
    out.append(String.join("; ", words)).append("</p>\n");
    if (data.space().positions() && pictures < PICTURED * data.ways().size()) {
      pictures++;
      out.append("<div class=\"figure\">");
      List<Token> donor = swept.donor(result.direction());
      out.append(figures.map(data.space(), pair, way, result, donor).svg("pair-" + pictures));
      out.append("</div>\n");
    }
  }

  private String cell(SweepResult result, int index, int length) {
    CellSpace space = data.space();
    StringBuilder text = new StringBuilder(escaped(space.words(index / length)));
    if (space.positions()) {
      Token token = result.tokens().get(index % length);
      text.append(" at ").append(index % length).append(' ');
      text.append(token(token.piece(), token.role()));
    }
    return text + " <b>" + number(PairTables.effect(result, result.patched()[index])) + "</b>";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replace('-', '\u2212');
  }
}
