package io.lucerna.studies.report;

import io.lucerna.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The maps of heads as tables: CSV with a row for each head, LaTeX with a row for each layer. */
final class HeadTables {
  private final StudyFiles study;
  private final Path folder;

  HeadTables(StudyFiles study, Path folder) {
    this.study = study;
    this.folder = folder;
  }

  void write() throws IOException {
    StudyInfo info = study.info();
    List<List<Object>> changes = new ArrayList<>();
    List<List<Object>> effects = new ArrayList<>();
    for (HeadChange head : study.screen()) {
      changes.add(
          List.of(
              head.layer(),
              head.head(),
              exact(head.change()),
              exact(head.adjusted()),
              head.significant() ? 1 : 0));
      effects.add(List.of(head.layer(), head.head(), exact(head.patching())));
    }
    ReportTables.csv(
        folder.resolve("head-map.csv"),
        List.of("layer", "head", "change_ndcg10", "p_adjusted", "significant"),
        changes);
    latex(
        "head-map.tex",
        "Change in nDCG@10 of "
            + info.model()
            + " when one head is zeroed. *: adjusted p < 0.05 (paired t-test, "
            + info.correctionInWords()
            + ").",
        h -> Latex.number(Digits.thousandths(h.change())) + (h.significant() ? "$^{*}$" : ""));
    if (study.patched()) {
      ReportTables.csv(
          folder.resolve("patching-map.csv"), List.of("layer", "head", "patching_effect"), effects);
      latex(
          "patching-map.tex",
          "Patching effect of the heads of " + info.model() + ".",
          h -> Latex.number(Digits.thousandths(h.patching())));
    }
  }

  private static Object exact(double value) {
    return Double.isNaN(value) ? "" : (Object) value;
  }

  private void latex(String name, String caption, Function<HeadChange, String> cell)
      throws IOException {
    Map<Integer, Map<Integer, String>> layers = new TreeMap<>();
    Map<Integer, String> heads = new TreeMap<>();
    for (HeadChange head : study.screen()) {
      layers.computeIfAbsent(head.layer(), l -> new TreeMap<>()).put(head.head(), cell.apply(head));
      heads.put(head.head(), "" + head.head());
    }
    StringBuilder out = new StringBuilder("% \\usepackage{booktabs}\n\\begin{table}\n");
    out.append("\\caption{").append(Latex.text(caption)).append("}\n\\footnotesize\n");
    out.append("\\setlength{\\tabcolsep}{3pt}\n\\begin{tabular}{r")
        .append("r".repeat(heads.size()));
    out.append("}\n\\toprule\nlayer & \\multicolumn{").append(heads.size());
    out.append("}{c}{head} \\\\\n & ").append(String.join(" & ", heads.values()));
    out.append(" \\\\\n\\midrule\n");
    layers.forEach(
        (layer, row) -> {
          out.append(layer);
          heads.keySet().forEach(h -> out.append(" & ").append(row.getOrDefault(h, "")));
          out.append(" \\\\\n");
        });
    out.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    AtomicFile.write(folder.resolve(name), file -> file.write(out.toString()));
  }
}
