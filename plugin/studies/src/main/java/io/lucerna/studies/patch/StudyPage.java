package io.lucerna.studies.patch;

import static io.lucerna.studies.chart.PlainText.escaped;

import io.lucerna.base.Counted;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.page.HtmlPage;
import io.lucerna.studies.work.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A study on one page that needs nothing else. */
final class StudyPage {
  private final PatchSettings settings;
  private final Identity identity;
  private final StudyData data;
  private final Exclusions exclusions;
  private final List<ControlSummary> controls;
  private final List<Aggregates> aggregates;
  private final List<MethodAgreement> agreements;
  private final Figures figures;

  StudyPage(
      PatchSettings settings,
      Identity identity,
      StudyData data,
      Exclusions exclusions,
      List<ControlSummary> controls,
      List<Aggregates> aggregates,
      List<MethodAgreement> agreements) {
    this.settings = settings;
    this.identity = identity;
    this.data = data;
    this.exclusions = exclusions;
    this.controls = controls;
    this.aggregates = aggregates;
    this.agreements = agreements;
    this.figures = new Figures(settings.sweep(), identity.model().label());
  }

  void write(Path file) throws IOException {
    new HtmlPage(
            title(),
            HtmlPage.resource(StudyPage.class, "page.css"),
            body(),
            PageData.json(aggregates, settings.headline()),
            HtmlPage.resource(StudyPage.class, "page.js"))
        .write(file);
  }

  /** What the study is. */
  String title() {
    return "Patching study: "
        + settings.sweep().kind().option()
        + " sweep of "
        + identity.model().label();
  }

  private String body() throws IOException {
    StringBuilder out = new StringBuilder();
    out.append("<header><h1>").append(escaped(title())).append("</h1>\n<p>");
    out.append(escaped(lead())).append("</p>\n");
    for (String floor : summary().floors()) {
      out.append("<p class=\"quiet\">").append(escaped(floor)).append("</p>\n");
    }
    out.append("</header>\n<main>\n");
    section(out, "Strongest cells", strongest());
    section(out, "Effects", effects());
    section(out, "Cells", cells());
    if (!agreements.isEmpty()) {
      section(out, "Estimates beside the exact effects", MethodAgreement.html(agreements));
    }
    section(out, "Controls", controls());
    section(out, "Pairs", new PagePairs(data, figures).html());
    section(out, "Excluded pairs", excluded());
    section(out, "How it was made", made());
    return out.append("</main>\n").toString();
  }

  private String lead() {
    return Counted.of(data.pairs().size(), "pair")
        + ", "
        + data.directions().getFirst().used()
        + " of them used ("
        + Figures.pairsOf(data.directions().getFirst(), Perturbed.ALL)
        + "). "
        + EffectWords.of(settings.headline().option())
        + ".";
  }

  private Summary summary() {
    return new Summary(settings, data, exclusions, aggregates);
  }

  private static void section(StringBuilder out, String title, String content) {
    out.append("<section><h2>").append(title).append("</h2>\n").append(content);
    out.append("</section>\n");
  }

  private String strongest() {
    StringBuilder out = new StringBuilder();
    for (Expected.Moves moves : Expected.moves(data.directions().getFirst())) {
      out.append("<p>").append(escaped(moves.toString())).append("</p>\n");
    }
    for (String warning : summary().warnings()) {
      out.append("<p><b>").append(escaped(warning)).append("</b></p>\n");
    }
    out.append("<p class=\"quiet\">By ").append(settings.headline().option().replace('-', ' '));
    out.append(", with 95% intervals.</p>\n<div class=\"beside\">");
    for (Aggregates each : aggregates) {
      out.append("<div><b>").append(escaped(each.words())).append("</b><ol>\n");
      for (NodeEffect cell : each.strongest(Summary.STRONGEST, settings.headline())) {
        out.append("<li>").append(escaped(cell.node())).append(": ");
        out.append(escaped(Figures.describe(cell.get(settings.headline())).replace('-', '\u2212')))
            .append("</li>\n");
      }
      out.append("</ol></div>\n");
    }
    return out.append("</div>\n").toString();
  }

  private String effects() {
    StringBuilder out = new StringBuilder("<div class=\"choices\">\n");
    choice(out, "direction", aggregates.stream().map(Aggregates::words).toList());
    choice(
        out,
        "statistic",
        RatioAggregate.headed(settings.headline()).stream()
            .map(statistic -> statistic.option().replace('-', ' '))
            .toList());
    choice(out, "stratum", aggregates.getFirst().levels().stream().map(Figures::describe).toList());
    out.append("</div>\n<p id=\"about\" class=\"quiet\"></p>\n");
    for (Aggregates each : aggregates) {
      String id = PageData.id(aggregates, each);
      boolean first = each == aggregates.getFirst();
      out.append("<div class=\"figure\" data-direction=\"").append(id);
      out.append(first ? "\">" : "\" hidden>");
      out.append(figures.map(each, each.all(), settings.headline()).svg("map-" + id));
      out.append("</div>\n");
    }
    return out.append("<div id=\"tip\" hidden></div>\n").toString();
  }

  private static void choice(StringBuilder out, String name, List<String> values) {
    out.append("<label>").append(name).append(" <select id=\"").append(name).append("\">");
    for (int i = 0; i < values.size(); i++) {
      out.append("<option value=\"").append(i).append("\">");
      out.append(escaped(values.get(i))).append("</option>");
    }
    out.append("</select></label>\n");
  }

  private String cells() {
    StringBuilder out =
        new StringBuilder(
            "<p class=\"quiet\">As chosen above. A click on a heading sorts.</p>\n"
                + "<div class=\"scroll\"><table id=\"cells\"><thead><tr>");
    List<String> columns = new ArrayList<>();
    data.space().outer().forEach(axis -> columns.add(axis.name()));
    if (data.space().positions()) {
      columns.add("role");
    }
    columns.addAll(List.of("value", "ci_lower", "ci_upper", "pairs"));
    for (String column : columns) {
      out.append("<th><button type=\"button\">").append(escaped(column)).append("</button></th>");
    }
    return out.append("</tr></thead><tbody></tbody></table></div>\n").toString();
  }

  private String controls() {
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    for (ControlSummary control : controls) {
      String direction = control.direction().option() + ": ";
      rows.put(
          direction + "patched with its own activations",
          verdict(
              control.empty() == 0,
              "largest distance from the recipient's score " + control.empty()));
      rows.put(
          direction + "patched with all of the donor's",
          verdict(
              control.fullFailures() == 0,
              "largest distance from the donor's score " + control.full()));
      for (ControlSummary.Medians medians : control.medians()) {
        String part = medians.of().words(control.direction().option()) + ": ";
        rows.put(
            part + "donor of an unrelated pair",
            Map.of(
                "",
                "median effect "
                    + decimal(medians.unrelated())
                    + (control.direction() == Direction.NOISE
                        ? " (its base: whatever is there also removes the change)"
                        : "")));
        rows.put(
            part + "filler alone",
            Map.of(
                "",
                medians.fillers() == 0
                    ? "no pair has filler"
                    : "moves the base by a median share of "
                        + decimal(medians.fillerBase())
                        + " of the change, over "
                        + Counted.of(medians.fillers(), "pair")));
      }
    }
    StringBuilder out = new StringBuilder("<table>\n");
    rows.forEach(
        (name, cells) ->
            cells.forEach(
                (mark, text) ->
                    out.append("<tr><th scope=\"row\">")
                        .append(escaped(name))
                        .append("</th><td>")
                        .append(mark)
                        .append(escaped(text))
                        .append("</td></tr>\n")));
    return out.append("</table>\n").toString();
  }

  private static Map<String, String> verdict(boolean holds, String text) {
    String mark = holds ? "<b class=\"good\">holds:</b> " : "<b class=\"bad\">FAILS:</b> ";
    return Map.of(mark, text);
  }

  private static String decimal(double value) {
    return Double.isNaN(value) ? "not defined" : String.format(Locale.ROOT, "%.4f", value);
  }

  private String excluded() {
    StringBuilder out = new StringBuilder();
    boolean some = false;
    for (WayRows rows : data.directions()) {
      for (Perturbed of : Perturbed.of(data.perturbations(), false)) {
        Map<String, Long> counts = exclusions.counts(rows.direction(), of);
        some |= !counts.isEmpty();
        out.append("<p>").append(escaped(of.words(rows.direction().option()))).append(": ");
        out.append(counts.isEmpty() ? "none" : escaped(PatchStudy.words(counts))).append("</p>\n");
      }
    }
    return out.append(some ? "<p class=\"quiet\">Listed in excluded.csv.</p>\n" : "").toString();
  }

  private String made() {
    StringBuilder out = new StringBuilder("<pre id=\"command\">");
    out.append(escaped(identity.commandLine())).append("</pre>\n<table>\n");
    settings.fields().forEach((name, value) -> row(out, name, value));
    row(out, "model", identity.model().label());
    row(out, "architecture", identity.model().architecture());
    row(out, "scorer", identity.model().scorer());
    row(out, "model sha256", identity.model().sha256());
    identity.model().settings().forEach((name, value) -> row(out, "model " + name, value));
    identity
        .inputs()
        .forEach(
            (input, fields) ->
                ((Map<?, ?>) fields).forEach((name, value) -> row(out, input + " " + name, value)));
    identity.versions().forEach((name, value) -> row(out, name, value));
    return out.append("</table>\n").toString();
  }

  private static void row(StringBuilder out, String name, Object value) {
    out.append("<tr><th scope=\"row\">").append(escaped(name)).append("</th><td>");
    out.append(escaped(String.valueOf(value))).append("</td></tr>\n");
  }
}
