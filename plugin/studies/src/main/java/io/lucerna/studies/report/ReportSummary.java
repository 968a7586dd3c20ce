package io.lucerna.studies.report;

import static io.lucerna.studies.chart.PlainText.markdown;

import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.chart.PlainText;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Contrast;
import java.util.List;
import java.util.SequencedMap;

/** A report in Markdown. */
final class ReportSummary {
  private static final List<String> PRINTED =
      List.of("value", "change", "ci_lower", "ci_upper", "p_t_adjusted", "d_z", "p_equivalence");

  private final StudyFiles study;
  private final SequencedMap<String, Figure> pictures;
  private final int most;

  /**
   * Prepares the summary.
   *
   * @param pictures by the name of their file, without its ending
   * @param most rows of the table
   */
  ReportSummary(StudyFiles study, SequencedMap<String, Figure> pictures, int most) {
    this.study = study;
    this.pictures = pictures;
    this.most = most;
  }

  String text() {
    StudyInfo info = study.info();
    StringBuilder out = new StringBuilder("# ");
    out.append(markdown(ReportPage.title(info))).append("\n\n");
    out.append(Sentences.question(study)).append("\n\n");
    Sentences.of(study).forEach(f -> out.append("- ").append(markdown(f)).append('\n'));
    String measure = info.measures().getFirst();
    out.append("\n## ").append(markdown(measure)).append(": the largest changes\n\n");
    table(out, measure);
    out.append("\n## Methods, for a paper\n\n");
    out.append(markdown(new StudyMethods(study).paragraph())).append('\n');
    out.append("\n## Pictures\n\n");
    pictures.forEach(
        (name, figure) ->
            out.append("![" + markdown(figure.title()) + "](figures/" + name + ".svg)\n"));
    out.append("\n## How it was made\n\n");
    out.append("    ").append(PlainText.visible(info.command())).append("\n\n");
    out.append("| | |\n|---|---|\n");
    info.facts()
        .forEach(
            (name, value) -> out.append("| " + markdown(name) + " | " + markdown(value) + " |\n"));
    return out.toString();
  }

  /** A name that was given does not say what was done: the spec does. */
  private static String done(ConditionInfo condition) {
    return condition.label().equals(condition.id())
        ? condition.label() + ": " + condition.spec()
        : condition.label();
  }

  private void table(StringBuilder out, String measure) {
    StudyInfo info = study.info();
    List<Column> columns = Column.ALL.stream().filter(c -> PRINTED.contains(c.name())).toList();
    List<Contrast> rows = study.strongest(measure);
    out.append("| condition");
    columns.forEach(c -> out.append(" | ").append(markdown(c.name())));
    out.append(" | what was done |\n|---").append("|--:".repeat(columns.size())).append("|---|\n");
    for (Contrast row : rows.subList(0, Math.min(most, rows.size()))) {
      out.append("| ").append(markdown(row.condition()));
      for (Column column : columns) {
        out.append(" | ").append(markdown(column.print(row)));
        out.append(column.decides() && row.statistics().significant() ? "\\*" : "");
      }
      out.append(" | ").append(markdown(done(study.condition(row)))).append(" |\n");
    }
    out.append("\n\\*: adjusted p &lt; 0.05 (paired t-test, ");
    out.append(info.correction().words()).append("). ").append(markdown("p_equivalence"));
    out.append(": two one-sided t-tests, margin ");
    out.append(Digits.plain(info.margin())).append(", not corrected.\n");
    if (rows.size() > most) {
      out.append("\n").append(rows.size() - most).append(" more in report.html.\n");
    }
  }
}
