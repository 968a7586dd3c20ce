package io.lucerna.plugin.compare;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.eval.Correction;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import io.lucerna.studies.report.Latex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** Writes a comparison of runs as a table for LaTeX: a row for each run, the baseline first. */
public final class ComparisonLatex {
  private static final String COLUMNS = " & value & change & $p$";

  private ComparisonLatex() {}

  /** One table with value, change and adjusted p of each measure, and how much is judged. */
  public static void write(RunComparison comparison, Correction correction, Path file)
      throws IOException {
    List<List<RunContrast>> measured = comparison.measures().stream().map(comparison::of).toList();
    StringBuilder out = new StringBuilder("% \\usepackage{booktabs}\n\\begin{table}\n");
    out.append("\\caption{").append(Latex.text(caption(comparison, correction)));
    out.append("}\n\\footnotesize\n\\begin{tabular}{l").append("rrr".repeat(measured.size()));
    out.append("r}\n\\toprule\n");
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < measured.size(); i++) {
      String name = measured.get(i).getFirst().measure().irName();
      out.append(" & \\multicolumn{3}{c}{").append(Latex.text(name)).append('}');
      rules.append("\\cmidrule(lr){" + (3 * i + 2) + "-" + (3 * i + 4) + "}");
    }
    out.append(" & \\\\\n").append(rules).append("\nrun");
    out.append(COLUMNS.repeat(measured.size()));
    out.append(" & ").append(Latex.text(RunComparison.COVERAGE.irName()));
    out.append(" \\\\\n\\midrule\n");
    for (int run = 0; run < measured.getFirst().size(); run++) {
      String name = measured.getFirst().get(run).run();
      out.append(Latex.text(name));
      for (List<RunContrast> runs : measured) {
        out.append(cells(runs.get(run).statistics(), run == 0));
      }
      out.append(" & ").append(value(comparison.judged(name).mean()));
      out.append(" \\\\\n");
    }
    out.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    AtomicFile.write(file, text -> text.write(out.toString()));
  }

  private static String cells(Statistics statistics, boolean baseline) {
    String value = " & " + value(statistics.value());
    if (baseline) {
      return value + " & &";
    }
    OptionalDouble p = statistics.pTAdjusted();
    return value
        + " & "
        + Latex.number(Digits.change(statistics.change()))
        + " & "
        + Latex.number(Digits.p(p.orElse(Double.NaN)))
        + (statistics.significant() ? Latex.SIGNIFICANT : "");
  }

  private static String value(double value) {
    return Latex.number(Digits.value(value));
  }

  private static String caption(RunComparison comparison, Correction correction) {
    return Counted.of(comparison.topics().size(), "topic")
        + "; change from "
        + comparison.baseline()
        + ". p: paired t-test, "
        + (correction == Correction.NONE
            ? correction.words()
            : correction.words()
                + " over "
                + Counted.of(comparison.contrasts().size(), "comparison"))
        + ". *: p < 0.05. "
        + RunComparison.COVERAGE.irName()
        + ": share of the first ten documents that are judged.";
  }
}
