package io.lucerna.plugin.explain.evaluation;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.chart.DoseChart;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves of methods, each over the band of random order. */
final class CurveFigures {
  private CurveFigures() {}

  /**
   * A picture of one kind of curve.
   *
   * @param rows of that kind alone
   */
  static Figure of(
      String title,
      String setting,
      String axis,
      List<TopicCurve> rows,
      Comparison.Settings settings) {
    List<Double> shares = rows.stream().map(TopicCurve::share).distinct().sorted().toList();
    List<Comparison> family = new ArrayList<>();
    for (TokenMethod method : methods()) {
      for (double share : shares) {
        family.add(
            Comparison.of(
                values(rows, TokenMethod.RANDOM, share), values(rows, method, share), settings));
      }
    }
    List<Statistics> againstRandom = Statistics.of(family, Correction.BH);
    List<DoseChart.Panel> panels = new ArrayList<>();
    int next = 0;
    for (TokenMethod method : methods()) {
      List<DoseChart.Point> points = new ArrayList<>();
      for (double share : shares) {
        Statistics own = againstRandom.get(next++);
        Comparison mean = mean(values(rows, method, share), settings);
        Comparison random = mean(values(rows, TokenMethod.RANDOM, share), settings);
        points.add(
            new DoseChart.Point(
                method.option() + " " + share,
                share,
                mean.treatment(),
                mean.lower().orElse(Double.NaN),
                mean.upper().orElse(Double.NaN),
                random.lower().orElse(Double.NaN),
                random.upper().orElse(Double.NaN),
                own.significant(),
                String.format(
                    Locale.ROOT,
                    "%s, %.0f%% of the tokens: %s; random order %s",
                    method.option(),
                    100 * share,
                    Digits.value(mean.treatment()),
                    Digits.value(random.treatment()))));
      }
      panels.add(new DoseChart.Panel(method.option(), points));
    }
    return new DoseChart(
        title,
        List.of(setting),
        axis,
        "mean, 95% interval over topics",
        "random order, 95% interval",
        "differs from random order (adjusted p < 0.05)",
        panels);
  }

  private static List<TokenMethod> methods() {
    return List.of(TokenMethod.values()).subList(0, TokenMethod.RANDOM.ordinal());
  }

  private static Comparison mean(double[] values, Comparison.Settings settings) {
    return Comparison.of(new double[values.length], values, settings);
  }

  private static double[] values(List<TopicCurve> rows, TokenMethod method, double share) {
    return rows.stream()
        .filter(row -> row.method().equals(method.option()) && row.share() == share)
        .mapToDouble(TopicCurve::value)
        .toArray();
  }
}
