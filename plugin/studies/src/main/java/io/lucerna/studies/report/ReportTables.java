package io.lucerna.studies.report;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The tables of a report: CSV with the numbers of the study's files, LaTeX with rounded ones. */
final class ReportTables {
  private final StudyFiles study;
  private final Path folder;

  ReportTables(StudyFiles study, Path folder) {
    this.study = study;
    this.folder = folder;
  }

  void write() throws IOException {
    int number = 0;
    for (String measure : study.info().measures()) {
      String name = FileNames.of("comparison", measure, ++number);
      csv(measure, folder.resolve(name + ".csv"));
      AtomicFile.write(folder.resolve(name + ".tex"), out -> out.write(latex(measure)));
    }
    if (!study.screen().isEmpty()) {
      new HeadTables(study, folder).write();
    }
  }

  private void csv(String measure, Path file) throws IOException {
    List<String> header = new ArrayList<>(List.of("condition", "label", "topics", "baseline"));
    Column.ALL.forEach(c -> header.add(c.file()));
    header.addAll(List.of("significant", "equivalent"));
    List<List<Object>> rows = new ArrayList<>();
    for (Contrast contrast : study.contrasts(measure)) {
      List<Object> row = new ArrayList<>();
      row.add(contrast.condition());
      row.add(study.condition(contrast).label());
      row.add(contrast.topics());
      row.add(contrast.baseline());
      Column.ALL.forEach(c -> row.add(c.exact(contrast)));
      row.add(contrast.significant() ? 1 : 0);
      row.add(contrast.equivalent() ? 1 : 0);
      rows.add(row);
    }
    csv(file, header, rows);
  }

  /** Writes a table as CSV. */
  static void csv(Path file, List<String> header, List<List<Object>> rows) throws IOException {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setHeader(header.toArray(String[]::new))
            .setRecordSeparator("\n")
            .get();
    AtomicFile.write(
        file,
        out -> {
          CSVPrinter csv = new CSVPrinter(out, format);
          for (List<Object> row : rows) {
            csv.printRecord(row);
          }
          csv.flush();
        });
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
    List<Column> columns = Column.ALL.stream().filter(c -> PRINTED.contains(c.file())).toList();
    StringBuilder out = new StringBuilder("% \\usepackage{booktabs,longtable}\n");
    out.append("\\begin{longtable}{l").append("r".repeat(columns.size())).append("}\n");
    out.append("\\caption{").append(Latex.text(caption(measure))).append("}\\\\\n\\toprule\n");
    out.append("condition");
    columns.forEach(c -> out.append(" & ").append(Latex.text(c.heading())));
    out.append(" \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n");
    for (Contrast contrast : study.contrasts(measure)) {
      out.append(Latex.text(contrast.condition()));
      for (Column column : columns) {
        String mark = column.decides() && contrast.significant() ? "$^{*}$" : "";
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
        + " under each condition; "
        + study
            .baseline(measure)
            .map(
                b ->
                    Digits.value(b.baseline())
                        + " without ("
                        + Counted.of(b.topics(), "topic")
                        + "). ")
            .orElse("no topics. ")
        + "*: adjusted p < 0.05 (paired t-test, "
        + info.correctionInWords()
        + "). p equivalence: two one-sided tests, margin "
        + Digits.plain(info.margin())
        + ".";
  }
}
