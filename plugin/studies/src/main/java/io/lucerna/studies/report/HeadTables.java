package io.lucerna.studies.report;

import io.lucerna.base.AtomicFile;
import io.lucerna.studies.ranking.HeadChange;
import io.lucerna.studies.table.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/** The maps of heads as tables: CSV with a row for each head, LaTeX with a row for each layer. */
public final class HeadTables {
  /** A row of the map of changes. */
  public record Change(
      int layer,
      int attentionHead,
      double changeNdcg10,
      OptionalDouble pAdjusted,
      boolean significant) {
    static Change of(HeadChange head) {
      return new Change(
          head.layer(),
          head.attentionHead(),
          head.changeNdcg10(),
          head.pAdjusted(),
          head.significant());
    }
  }

  /** A row of the map of effects. */
  public record Effect(int layer, int attentionHead, OptionalDouble patchingEffect) {
    static Effect of(HeadChange head) {
      return new Effect(head.layer(), head.attentionHead(), head.patchingEffect());
    }
  }

  private final StudyFiles study;
  private final Path folder;

  HeadTables(StudyFiles study, Path folder) {
    this.study = study;
    this.folder = folder;
  }

  void write() throws IOException {
    List<List<HeadChange>> ways = study.ways();
    for (int i = 0; i < ways.size(); i++) {
      List<HeadChange> way = ways.get(i);
      String name = FileNames.numbered("head-map", i + 1);
      Table.of(Change.class).write(folder.resolve(name + ".csv"), way.stream().map(Change::of));
      latex(
          name,
          "Change in nDCG@10 of "
              + study.info().model()
              + " when one head is "
              + study.takenAway(way.getFirst().condition())
              + ". *: adjusted p < 0.05 (paired t-test, "
              + study.info().correction().words()
              + ").",
          way,
          h ->
              Latex.number(Digits.thousandths(h.changeNdcg10()))
                  + (h.significant() ? Latex.SIGNIFICANT : ""));
    }
    if (study.patched()) {
      // The effects are the same whatever is compared with them.
      List<HeadChange> first = ways.getFirst();
      Table.of(Effect.class)
          .write(folder.resolve("patching-map.csv"), first.stream().map(Effect::of));
      latex(
          "patching-map",
          "Patching effect of the heads of " + study.info().model() + ".",
          first,
          h -> Latex.number(Digits.thousandths(h.patchingEffect().orElse(Double.NaN))));
    }
  }

  private void latex(
      String name, String caption, List<HeadChange> all, Function<HeadChange, String> cell)
      throws IOException {
    Map<Integer, Map<Integer, String>> layers = new TreeMap<>();
    Map<Integer, String> heads = new TreeMap<>();
    for (HeadChange head : all) {
      layers
          .computeIfAbsent(head.layer(), l -> new TreeMap<>())
          .put(head.attentionHead(), cell.apply(head));
      heads.put(head.attentionHead(), "" + head.attentionHead());
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
    AtomicFile.write(folder.resolve(name + ".tex"), file -> file.write(out.toString()));
  }
}
