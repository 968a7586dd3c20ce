package io.lucerna.plugin.lens;

import io.lucerna.base.Counted;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.plugin.compare.RunComparison;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a lens shows, for people. */
final class LensText {
  /** How many topics and components are named. */
  static final int NAMED = 5;

  /** Why relevant passages are not compared with others. */
  static final String NOT_COMPARED =
      "no topic has both relevant and judged non-relevant passages among those whose scores were"
          + " divided: they are not compared";

  private LensText() {}

  /** The header of the table of layers. */
  static List<String> header(RunComparison comparison) {
    List<String> header =
        new ArrayList<>(
            List.of(
                "layer",
                "read at",
                comparison.measures().getFirst().irName(),
                "against last",
                "95% interval",
                "p_t_adjusted"));
    comparison.measures().stream().skip(1).map(Measure::irName).forEach(header::add);
    return header;
  }

  /** A row for each layer. */
  static List<List<String>> rows(RunComparison comparison, HookedModel model) {
    List<Measure> measures = comparison.measures();
    List<RunContrast> first = Layers.ordered(comparison.of(measures.getFirst()));
    List<List<String>> rows = new ArrayList<>();
    for (int layer = 0; layer < first.size(); layer++) {
      Statistics own = first.get(layer).statistics();
      boolean last = layer == first.size() - 1;
      List<String> row =
          new ArrayList<>(
              List.of(
                  "" + layer,
                  Layers.point(model, layer),
                  Digits.value(own.value()),
                  last ? "" : Digits.change(own.change()),
                  last ? "" : interval(own),
                  last ? "" : Digits.p(own.pTAdjusted().orElse(Double.NaN))));
      for (Measure measure : measures.subList(1, measures.size())) {
        row.add(
            Digits.value(Layers.ordered(comparison.of(measure)).get(layer).statistics().value()));
      }
      rows.add(row);
    }
    return rows;
  }

  private static String interval(Statistics own) {
    return "["
        + Digits.change(own.ciLower().orElse(Double.NaN))
        + ", "
        + Digits.change(own.ciUpper().orElse(Double.NaN))
        + "]";
  }

  static List<String> lines(
      RunComparison comparison, HookedModel model, List<LateTopic> late, Correction correction) {
    TextTable table = new TextTable(2, header(comparison).toArray(String[]::new));
    rows(comparison, model).forEach(table::add);
    List<String> lines = new ArrayList<>(table.lines());
    lines.add(
        Counted.of(comparison.topics().size(), "topic")
            + "; each layer against the last: bootstrap over topics, paired t-test (correction "
            + correction
            + " over "
            + Counted.of(comparison.contrasts().size(), "contrast")
            + ")");
    if (!late.isEmpty()) {
      lines.addAll(late(late, LateTopic.half(comparison.missing().size())));
    }
    return lines;
  }

  /** What late topics are, and which. */
  private static List<String> late(List<LateTopic> late, int half) {
    LateTopic first = late.getFirst();
    List<String> named =
        late.stream()
            .limit(NAMED)
            .map(
                t ->
                    t.topic()
                        + " ("
                        + Digits.value(t.half())
                        + ", then "
                        + Digits.value(t.last())
                        + ")")
            .toList();
    int[] settled = late.stream().mapToInt(LateTopic::settled).sorted().toArray();
    return List.of(
        "decided late, "
            + first.measure()
            + " at layer "
            + half
            + " furthest from the last layer's: "
            + String.join(", ", named),
        String.format(
            Locale.ROOT,
            "within %s of the last layer's value from layer %d on (median over topics)",
            Digits.value(LateTopic.NEAR),
            settled[settled.length / 2]));
  }

  /** The components that tell relevant passages from others, and how far their sum is exact. */
  static List<String> lines(List<Attribution.Row> rows, double residual) {
    List<String> lines = new ArrayList<>();
    List<Attribution.Row> compared = rows.stream().filter(Attribution.Row::isCompared).toList();
    if (compared.isEmpty()) {
      lines.add(NOT_COMPARED);
    }
    for (String side : compared.stream().map(Attribution.Row::side).distinct().toList()) {
      List<String> named =
          compared.stream()
              .filter(row -> row.side().equals(side))
              .sorted(Comparator.comparingDouble(row -> -Math.abs(row.statistics().change())))
              .limit(NAMED)
              .map(
                  row ->
                      row.component()
                          + " "
                          + Digits.change(row.statistics().change())
                          + (row.statistics().significant() ? "*" : ""))
              .toList();
      lines.add(
          side
              + ": components that favour relevant over judged non-relevant passages most: "
              + String.join(", ", named)
              + " (* adjusted p < 0.05)");
    }
    lines.add(
        String.format(
            Locale.ROOT, "all parts add up to each score within %.1e (rounding)", residual));
    return lines;
  }
}
