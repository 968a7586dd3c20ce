package io.lucerna.studies.report;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.OrderStatistics;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.table.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** The tables of a report: CSV with the numbers of the study's files, LaTeX with rounded ones. */
public final class ReportTables {
  /** A row of a measure's table; see {@link Contrast} and {@code study.json}. */
  public record Row(
      String condition,
      String label,
      String spec,
      Statistics statistics,
      OrderStatistics order,
      boolean significant,
      boolean equivalent) {}

  private final StudyFiles study;
  private final Path folder;
  private final OptionalInt most;

  /**
   * Prepares the tables.
   *
   * @param most how many conditions they have, those first that change the first measure most;
   *     empty for all, in the order of the study
   */
  ReportTables(StudyFiles study, Path folder, OptionalInt most) {
    this.study = study;
    this.folder = folder;
    this.most = most;
  }

  private List<Contrast> rows(String measure) {
    return most.isEmpty()
        ? study.contrasts(measure)
        : study.strongest(measure).stream().limit(most.getAsInt()).toList();
  }

  void write() throws IOException {
    int number = 0;
    for (String measure : study.info().measures()) {
      String name = FileNames.of("comparison", measure, ++number);
      csv(measure, folder.resolve(name + ".csv"));
      AtomicFile.write(folder.resolve(name + ".tex"), out -> out.write(latex(measure)));
    }
    if (!study.heads().isEmpty()) {
      new HeadTables(study, folder).write();
    }
  }

  private void csv(String measure, Path file) throws IOException {
    Table.of(Row.class)
        .write(
            file,
            rows(measure).stream()
                .map(
                    c ->
                        new Row(
                            c.condition(),
                            study.condition(c).label(),
                            study.condition(c).spec(),
                            c.statistics(),
                            c.order(),
                            c.statistics().significant(),
                            c.statistics().equivalent())));
  }

  private static final List<String> PRINTED =
      List.of(
          "value",
          "change",
          "ci_lower",
          "ci_upper",
          "p_t_adjusted",
          "d_z",
          "wins",
          "ties",
          "losses",
          "p_equivalence",
          "kendall_tau");

  private String latex(String measure) {
    List<Column> columns = Column.ALL.stream().filter(c -> PRINTED.contains(c.name())).toList();
    StringBuilder out = new StringBuilder("% \\usepackage{booktabs,longtable}\n");
    out.append("\\begin{longtable}{l").append("r".repeat(columns.size())).append("}\n");
    out.append("\\caption{").append(Latex.text(caption(measure))).append("}\\\\\n\\toprule\n");
    out.append("condition");
    columns.forEach(c -> out.append(" & ").append(Latex.text(c.name())));
    out.append(" \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n");
    for (Contrast contrast : rows(measure)) {
      out.append(Latex.text(contrast.condition()));
      for (Column column : columns) {
        String mark =
            column.decides() && contrast.statistics().significant() ? Latex.SIGNIFICANT : "";
        out.append(" & ").append(Latex.number(column.print(contrast))).append(mark);
      }
      out.append(" \\\\\n");
    }
    return out.append("\\end{longtable}\n").toString();
  }

  private String caption(String measure) {
    StudyInfo info = study.info();
    return measure
        + " of "
        + info.model()
        + (rows(measure).size() == study.contrasts(measure).size()
            ? " under each condition; "
            : String.format(
                Locale.ROOT,
                " under the %d of %d conditions that change %s most; ",
                rows(measure).size(),
                study.contrasts(measure).size(),
                info.measures().getFirst()))
        + study
            .baseline(measure)
            .map(
                b ->
                    Digits.value(b.statistics().baseline())
                        + " without ("
                        + Counted.of(b.statistics().topics(), "topic")
                        + "). ")
            .orElse("no topics. ")
        + "*: adjusted p < 0.05 (paired t-test, "
        + info.correction().words()
        + "). p_equivalence: two one-sided tests, margin "
        + Digits.plain(info.margin())
        + ".";
  }
}
