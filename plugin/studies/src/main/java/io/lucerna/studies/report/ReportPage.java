package io.lucerna.studies.report;

import static io.lucerna.studies.chart.PlainText.escaped;

import io.lucerna.base.Counted;
import io.lucerna.studies.page.HtmlPage;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.HeadChange;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.StudyTables;
import io.lucerna.studies.ranking.TopicValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A report on one page. */
final class ReportPage {
  /** How many predictions are shown. */
  private static final int PREDICTED = 20;

  private final StudyFiles study;
  private final StudyInfo info;
  private final ReportFigures figures;

  ReportPage(StudyFiles study) {
    this.study = study;
    this.info = study.info();
    this.figures = new ReportFigures(study);
  }

  void write(Path file) throws IOException {
    new HtmlPage(
            title(info),
            HtmlPage.resource(ReportPage.class, "report.css"),
            body(),
            ReportData.json(study),
            HtmlPage.resource(ReportPage.class, "report.js"))
        .write(file);
  }

  static String title(StudyInfo info) {
    String collection = info.facts().getOrDefault("collection", "");
    return "Interventions in "
        + info.model()
        + (collection.isEmpty() ? "" : " on " + collection)
        + ": what they do to the ranking";
  }

  private String body() {
    StringBuilder out = new StringBuilder();
    out.append("<header><h1>").append(escaped(title(info))).append("</h1>\n<p class=\"lead\">");
    out.append(escaped(Sentences.question(study))).append("</p>\n<ul>\n");
    Sentences.of(study).forEach(f -> out.append("<li>").append(escaped(f)).append("</li>\n"));
    out.append("</ul></header>\n<main>\n");
    if (!study.screen().isEmpty()) {
      section(out, "Screen", screen());
    }
    if (!study.heads().isEmpty()) {
      section(out, "Heads", maps());
    }
    if (!study.doses().isEmpty()) {
      section(out, "Doses", doses());
    }
    section(out, "Comparison", comparison());
    section(out, "Topics", topics());
    section(out, "Conditions", conditions());
    section(out, "How it was made", made());
    return out.append("</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n").toString();
  }

  private static void section(StringBuilder out, String title, String content) {
    out.append("<section><h2>").append(title).append("</h2>\n").append(content);
    out.append("</section>\n");
  }

  private String maps() {
    StringBuilder out = new StringBuilder("<div class=\"beside\">\n");
    int number = 0;
    for (List<HeadChange> way : study.ways()) {
      number++;
      out.append("<div class=\"figure\">");
      out.append(figures.headMap(way).svg(number == 1 ? "heads" : "heads-" + number));
      out.append("</div>\n");
    }
    if (study.patched()) {
      out.append("<div class=\"figure\">").append(figures.patchingMap().svg("patching"));
      out.append("</div>\n");
    }
    return out.append("</div>\n").toString();
  }

  /** How predictions agree with what was run, and the largest of them. */
  private String screen() {
    StringBuilder out = new StringBuilder("<div class=\"figure\">");
    out.append(figures.screen().svg("screen")).append("</div>\n");
    out.append("<p class=\"quiet\">A prediction is of first order: the change of an activation");
    out.append(" times the gradient of the score there. What was chosen for its prediction was");
    out.append(" chosen on these topics, so its p-values below are too small as far as the choice");
    out.append(" followed them; those chosen by chance tell how good the other predictions are.");
    out.append("</p>\n");
    rows(
        out,
        "Agreement",
        StudyTables.AGREEMENT.header(),
        study.agreement().stream()
            .map(
                a ->
                    List.of(
                        a.measure(),
                        a.chosenBy(),
                        "" + a.conditions(),
                        "" + a.topics(),
                        Digits.two(a.pearson().orElse(Double.NaN)),
                        Digits.two(a.spearman().orElse(Double.NaN)),
                        Digits.two(a.ciLower().orElse(Double.NaN)),
                        Digits.two(a.ciUpper().orElse(Double.NaN)),
                        Digits.two(a.pearsonOfTopics().orElse(Double.NaN)),
                        Digits.two(a.top10().orElse(Double.NaN)),
                        Digits.two(a.signs().orElse(Double.NaN))))
            .toList());
    String measure = info.measures().getFirst();
    rows(
        out,
        "The largest predictions, " + measure,
        List.of("condition", "predicted", "exact", "chosen by"),
        study.predicted(measure).stream()
            .limit(PREDICTED)
            .map(
                row ->
                    List.of(
                        row.condition(),
                        Digits.change(row.predictedChange()),
                        Digits.change(row.exactChange().orElse(Double.NaN)),
                        row.chosenBy()))
            .toList());
    return out.toString();
  }

  /** A table without anything to click. */
  private static void rows(
      StringBuilder out, String title, List<String> header, List<List<String>> rows) {
    out.append("<details open><summary>").append(escaped(title));
    out.append("</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    out.append(escaped(title)).append("\"><table><thead><tr>");
    header.forEach(name -> out.append("<th scope=\"col\">").append(escaped(name)).append("</th>"));
    out.append("</tr></thead><tbody>\n");
    for (List<String> row : rows) {
      out.append("<tr>");
      row.forEach(text -> out.append("<td>").append(escaped(text)).append("</td>"));
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div></details>\n");
  }

  private String doses() {
    StringBuilder out = new StringBuilder();
    int number = 0;
    for (Map.Entry<String, List<DoseResponse>> vector : study.vectors().entrySet()) {
      number++;
      out.append("<div class=\"figure\">");
      out.append(figures.doses(vector.getKey(), vector.getValue()).svg("doses-" + number));
      out.append("</div>\n");
    }
    out.append("<p class=\"quiet\">A direction that differs in nothing from N random ones lies");
    out.append(
        " outside of them all by chance in 2 of N + 1 cases. Random directions are not among");
    out.append(
        " the tests that p-values are corrected for, nor in the table below; dose-response.csv");
    out.append(" and comparison.csv have them.</p>\n");
    out.append("<details><summary>Numbers</summary><div class=\"scroll\" tabindex=\"0\"");
    out.append(" role=\"region\" aria-label=\"Doses\"><table><thead><tr>");
    for (String name : StudyTables.DOSES.header()) {
      out.append("<th scope=\"col\">").append(name).append("</th>");
    }
    out.append("</tr></thead><tbody>\n");
    for (DoseResponse row : study.doses()) {
      out.append("<tr>");
      for (String text :
          List.of(
              row.vector(),
              row.measure(),
              Digits.plain(row.dose()),
              row.condition(),
              "" + row.topics(),
              Digits.value(row.baseline()),
              Digits.value(row.value()),
              Digits.change(row.change()),
              Digits.change(row.ciLower().orElse(Double.NaN)),
              Digits.change(row.ciUpper().orElse(Double.NaN)),
              Digits.p(row.pTAdjusted().orElse(Double.NaN)),
              "" + row.directions(),
              Digits.change(row.randomLowest().orElse(Double.NaN)),
              Digits.change(row.randomHighest().orElse(Double.NaN)))) {
        out.append("<td>").append(escaped(text)).append("</td>");
      }
      out.append("</tr>\n");
    }
    return out.append("</tbody></table></div></details>\n").toString();
  }

  private String comparison() {
    StringBuilder out = new StringBuilder();
    choice(out, "measure", "Measure", info.measures(), 0);
    out.append("<p class=\"quiet\">Bold with *: the change is significant, adjusted p &lt; 0.05 (");
    out.append("paired t-test; correction: ").append(escaped(info.correction().words()));
    out.append("). \u2261: shown to be within \u00b1").append(Digits.plain(info.margin()));
    out.append(" (two one-sided t-tests, p &lt; 0.05, not corrected). A change that is neither is");
    out.append(" not shown to be anything. A heading sorts.</p>\n");
    for (int i = 0; i < info.measures().size(); i++) {
      table(out, info.measures().get(i), i);
    }
    return out.toString();
  }

  private void table(StringBuilder out, String measure, int number) {
    out.append("<div class=\"scroll\" data-measure=\"").append(number).append("\" tabindex=\"0\"");
    out.append(" role=\"region\" aria-label=\"Comparison, ").append(escaped(measure));
    out.append("\"><table class=\"comparison\"><caption>").append(escaped(measure));
    study
        .baseline(measure)
        .ifPresent(
            b -> {
              out.append(", ")
                  .append(Digits.value(b.statistics().baseline()))
                  .append(" without intervention, ");
              out.append(Counted.of(b.statistics().topics(), "topic"));
            });
    out.append("</caption><thead><tr>");
    heading(out, "condition", "what was done");
    Column.ALL.forEach(c -> heading(out, c.name(), c.about()));
    out.append("</tr></thead><tbody>\n");
    List<String> ids = new ArrayList<>(info.conditions().keySet());
    List<String> chosen = info.interventions().stream().map(ConditionInfo::id).toList();
    for (Contrast contrast : study.contrasts(measure)) {
      int at = ids.indexOf(contrast.condition());
      out.append("<tr data-condition=\"")
          .append(chosen.indexOf(contrast.condition()))
          .append("\"><th scope=\"row\" data-value=\"");
      out.append(at).append("\"><a href=\"#condition-").append(at).append("\">");
      out.append(escaped(contrast.condition())).append("</a></th>");
      Column.ALL.forEach(c -> cell(out, c, contrast));
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }

  private static void heading(StringBuilder out, String name, String about) {
    out.append("<th scope=\"col\" aria-sort=\"none\"><button type=\"button\" title=\"");
    out.append(escaped(about)).append("\">").append(escaped(name)).append("</button></th>");
  }

  private static void cell(StringBuilder out, Column column, Contrast contrast) {
    boolean decides = column.decides() && contrast.statistics().significant();
    boolean changes = column.name().equals("change") && contrast.statistics().significant();
    boolean same = column.name().equals("p_equivalence") && contrast.statistics().equivalent();
    String exact = column.exact(contrast);
    out.append(decides || changes ? "<td class=\"strong\"" : "<td");
    out.append(" data-value=\"").append(exact).append("\" title=\"").append(exact).append("\">");
    out.append(escaped(column.print(contrast))).append(decides ? "*" : same ? " \u2261" : "");
    out.append("</td>");
  }

  private String topics() {
    List<ConditionInfo> all = info.interventions();
    if (all.isEmpty()) {
      return "<p>There is no intervention to show.</p>\n";
    }
    ConditionInfo first = study.byChange().getFirst();
    String measure = info.measures().getFirst();
    Map<String, List<Move>> moves = study.moves(first.id());
    StringBuilder out = new StringBuilder("<div class=\"choices\">");
    List<String> names = all.stream().map(ReportFigures::name).toList();
    choice(out, "condition", "Condition", names, all.indexOf(first));
    choice(out, "topic", "Topic", List.copyOf(moves.keySet()), 0);
    out.append("</div>\n<div class=\"figure\" id=\"changes-figure\">");
    List<TopicValue> values = study.sorted(first.id(), measure);
    out.append(values.isEmpty() ? "" : figures.topics(first, measure, values).svg("changes"));
    out.append("</div>\n<div class=\"figure\" id=\"ranks-figure\">");
    moves.entrySet().stream()
        .limit(1)
        .forEach(m -> out.append(figures.ranks(first, m.getKey(), m.getValue()).svg("ranks")));
    return out.append("</div>\n").toString();
  }

  private static void choice(
      StringBuilder out, String id, String name, List<String> values, int chosen) {
    out.append("<label>").append(name).append(" <select id=\"").append(id).append("\">");
    for (int i = 0; i < values.size(); i++) {
      out.append("<option value=\"").append(i).append(i == chosen ? "\" selected>" : "\">");
      out.append(escaped(values.get(i))).append("</option>");
    }
    out.append("</select></label>\n");
  }

  private String conditions() {
    StringBuilder out =
        new StringBuilder(
            "<details open><summary>Specs, runs and hashes</summary><div class=\"scroll\" tabindex=\"0\""
                + " role=\"region\" aria-label=\"Conditions\"><table><thead><tr>");
    for (String name :
        List.of("id", "label", "kind", "spec", "spec hash", "run", "run sha256", "tag")) {
      out.append("<th scope=\"col\">").append(name).append("</th>");
    }
    out.append("</tr></thead><tbody>\n");
    int number = 0;
    for (ConditionInfo c : info.conditions().values()) {
      out.append("<tr id=\"condition-").append(number++).append("\"><th scope=\"row\">");
      out.append(escaped(c.id())).append("</th>");
      for (String text :
          List.of(
              c.label(),
              c.kind(),
              c.spec(),
              hash(c.specHash()),
              c.run(),
              hash(c.runSha256()),
              c.tag())) {
        out.append("<td>").append(escaped(text)).append("</td>");
      }
      out.append("</tr>\n");
    }
    return out.append("</tbody></table></div></details>\n").toString();
  }

  /** The beginning of a hash is enough to tell one from another; study.json has all of it. */
  private static String hash(String hash) {
    return hash.length() > 12 ? hash.substring(0, 12) : hash;
  }

  private String made() {
    StringBuilder out = new StringBuilder("<pre id=\"command\">");
    out.append(escaped(info.command())).append("</pre>\n<table class=\"facts\">\n");
    info.facts()
        .forEach(
            (name, value) -> {
              out.append("<tr><th scope=\"row\">").append(escaped(name)).append("</th><td>");
              out.append(escaped(value)).append("</td></tr>\n");
            });
    return out.append("</table>\n").toString();
  }
}
