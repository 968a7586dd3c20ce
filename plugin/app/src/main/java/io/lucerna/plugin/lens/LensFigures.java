package io.lucerna.plugin.lens;

import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Measure;
import io.lucerna.plugin.compare.RunComparison;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.DoseChart;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.chart.HeatMap;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pictures of a lens. */
final class LensFigures {
  /** Names of components: layer, and head unless it is an MLP. */
  private static final Pattern COMPONENT = Pattern.compile("([LD]\\d+)(mlp|H(\\d+)|X(\\d+))");

  private static final String MLP = "MLP";

  private LensFigures() {}

  /** Each measure by layer, with an interval over topics. */
  static Figure layers(RunComparison comparison, String setting, Comparison.Settings settings) {
    List<DoseChart.Panel> panels = new ArrayList<>();
    for (Measure measure : comparison.measures()) {
      List<RunContrast> runs = Layers.ordered(comparison.of(measure));
      List<DoseChart.Point> points = new ArrayList<>();
      for (int layer = 0; layer < runs.size(); layer++) {
        double[] values = runs.get(layer).after();
        Comparison mean = Comparison.of(new double[values.length], values, settings);
        Statistics toLast = runs.get(layer).statistics();
        points.add(
            new DoseChart.Point(
                measure.irName() + " " + layer,
                layer,
                mean.treatment(),
                mean.lower().orElse(Double.NaN),
                mean.upper().orElse(Double.NaN),
                Double.NaN,
                Double.NaN,
                layer < runs.size() - 1 && toLast.significant(),
                String.format(
                    Locale.ROOT,
                    "%s, layer %d: %s; against the last layer %s",
                    measure.irName(),
                    layer,
                    Digits.value(mean.treatment()),
                    Digits.change(toLast.change()))));
      }
      panels.add(new DoseChart.Panel(measure.irName(), points));
    }
    return new DoseChart(
        "What a ranking by each layer is worth",
        List.of(
            setting + ", " + Counted.of(comparison.topics().size(), "topic"),
            "layer 0: the embeddings; the last: the model"),
        "layer",
        "mean, 95% interval over topics",
        "",
        "differs from the last layer (adjusted p < 0.05)",
        panels);
  }

  /** What each head and MLP adds to the scores. */
  static Figure mean(List<Attribution.Row> rows, String setting) {
    return map(
        "What heads and MLPs add to the scores",
        setting + ", mean over topics of the mean over candidates",
        "part of the score",
        rows,
        Attribution.Row::mean,
        row -> false);
  }

  /** What each head and MLP adds to scores of relevant passages beyond those of others. */
  static Figure relevance(List<Attribution.Row> rows, String setting) {
    return map(
        "What heads and MLPs add to relevant passages more than to others",
        setting + ", relevant minus judged not relevant",
        "difference of parts of the score",
        rows,
        row -> row.statistics().change(),
        row -> row.statistics().significant());
  }

  private static Figure map(
      String title,
      String setting,
      String unit,
      List<Attribution.Row> rows,
      ToDoubleFunction<Attribution.Row> number,
      Function<Attribution.Row, Boolean> marked) {
    Map<String, List<Attribution.Row>> sides = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> COMPONENT.matcher(row.component()).matches())
        .forEach(row -> sides.computeIfAbsent(row.side(), s -> new ArrayList<>()).add(row));
    List<HeatMap.Panel> panels = new ArrayList<>();
    sides.forEach((side, own) -> panels.add(panel(side, own, number, marked)));
    double[] values = sides.values().stream().flatMap(List::stream).mapToDouble(number).toArray();
    return new HeatMap(
        title,
        List.of(setting),
        unit,
        "adjusted p < 0.05 (paired t-test over topics)",
        DivergingScale.holding(values),
        panels,
        Map.of());
  }

  private static HeatMap.Panel panel(
      String side,
      List<Attribution.Row> rows,
      ToDoubleFunction<Attribution.Row> number,
      Function<Attribution.Row, Boolean> marked) {
    Set<String> layers = new LinkedHashSet<>();
    Set<Integer> heads = new TreeSet<>();
    Map<String, Attribution.Row> cells = new LinkedHashMap<>();
    for (Attribution.Row row : rows) {
      Matcher name = COMPONENT.matcher(row.component());
      if (name.matches()) {
        boolean cross = name.group(4) != null;
        String layer = name.group(1).replace("L", "") + (cross ? " cross" : "");
        String head = cross ? name.group(4) : name.group(3);
        layers.add(layer);
        if (head != null) {
          heads.add(Integer.valueOf(head));
        }
        cells.put(layer + "/" + (head == null ? MLP : head), row);
      }
    }
    List<String> columns = new ArrayList<>(heads.stream().map(String::valueOf).toList());
    columns.add(MLP);
    List<HeatMap.Cell> all = new ArrayList<>();
    for (String layer : layers) {
      for (String column : columns) {
        Attribution.Row row = cells.get(layer + "/" + column);
        all.add(
            row == null
                ? null
                : new HeatMap.Cell(
                    side + " " + row.component(),
                    number.applyAsDouble(row),
                    marked.apply(row),
                    row.component() + ": " + Digits.change(number.applyAsDouble(row))));
      }
    }
    return new HeatMap.Panel(side, "layer", List.copyOf(layers), "head", columns, List.of(), all);
  }
}
