package io.lucerna.plugin.explain.evaluation;

import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import io.lucerna.studies.table.Table;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Manifest;
import io.lucerna.studies.work.OldFiles;
import io.lucerna.studies.work.Outcomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is left of an evaluation when all pairs are done: tables and pictures, made from the
 * outcomes. It needs neither the model nor the texts.
 *
 * @param pairs what is evaluated; no two are the same
 * @param sha256 of the pairs with their texts
 * @param qrels for rankings; none for no rankings
 * @param identity of the folder
 * @param settings what decides outcomes, next to model and pairs
 * @param comparison of methods
 */
record EvaluationEnd(
    List<PairId> pairs,
    String sha256,
    Qrels qrels,
    Identity identity,
    Map<String, Object> settings,
    Comparison.Settings comparison) {
  private static final Correction CORRECTION = Correction.HOLM;
  private static final Pattern PICTURES = Pattern.compile("(deletion|insertion|ndcg)\\.(svg|png)");

  /**
   * Writes all files.
   *
   * @return lines for people
   */
  List<String> write(Outcomes<PairCurves> outcomes, Path folder) throws IOException {
    List<PairId> withTokens = new ArrayList<>();
    List<PairCurves> curves = new ArrayList<>();
    for (PairId pair : pairs) {
      PairCurves outcome = outcomes.read(pair.id());
      if (outcome.tokens() > 0) {
        withTokens.add(pair);
        curves.add(outcome);
      }
    }
    return write(folder, new Faithfulness(withTokens, curves, qrels), withTokens.size());
  }

  private List<String> write(Path folder, Faithfulness found, int read) throws IOException {
    List<TopicCurve> curves = found.curves();
    List<Faithfulness.Row> rows = found.rows(curves, comparison, CORRECTION);
    Table.of(Faithfulness.PairRow.class).write(folder.resolve("pairs.csv"), found.pairs().stream());
    Table.of(TopicCurve.class).write(folder.resolve("curves.csv"), curves.stream());
    Table.of(Faithfulness.Row.class).write(folder.resolve("methods.csv"), rows.stream());
    Path figures = Files.createDirectories(folder.resolve("figures"));
    OldFiles.delete(figures, PICTURES);
    for (Map.Entry<String, Figure> figure : figures(curves, read).entrySet()) {
      figure.getValue().write(figures, figure.getKey());
    }
    Map<String, Object> fields = identity.fields();
    fields.put("pairs", Map.of("count", pairs.size(), "sha256", sha256));
    fields.putAll(settings);
    fields.put("comparison", comparison);
    fields.put("correction", CORRECTION.toString());
    Manifest.write(folder.resolve("evaluation.json"), fields);
    return lines(found, rows, read);
  }

  private Map<String, Figure> figures(List<TopicCurve> curves, int read) {
    String setting = identity.model().label() + ", " + Counted.of(read, "passage");
    Map<String, Figure> all = new LinkedHashMap<>();
    put(
        all,
        TopicCurve.DELETION,
        "What the score loses without the first tokens of each method",
        setting,
        "share of tokens taken away",
        curves);
    put(
        all,
        TopicCurve.INSERTION,
        "What the score gains from the first tokens of each method",
        setting,
        "share of tokens put in",
        curves);
    put(
        all,
        TopicCurve.NDCG,
        "nDCG@10 without the first tokens of each passage",
        setting,
        "share of tokens taken away",
        curves);
    return all;
  }

  private void put(
      Map<String, Figure> all,
      String curve,
      String title,
      String setting,
      String axis,
      List<TopicCurve> curves) {
    List<TopicCurve> own = curves.stream().filter(row -> row.curve().equals(curve)).toList();
    if (!own.isEmpty()) {
      all.put(curve, CurveFigures.of(title, setting, axis, own, comparison));
    }
  }

  private List<String> lines(Faithfulness found, List<Faithfulness.Row> rows, int read) {
    TextTable table =
        new TextTable(2, "measure", "method", "value", "change", "95% interval", "p_t_adjusted");
    String last = "";
    for (Faithfulness.Row row : rows) {
      Statistics own = row.statistics();
      boolean first = !row.measure().equals(last);
      last = row.measure();
      table.add(
          List.of(
              first ? row.measure() : "",
              row.method(),
              Digits.value(own.value()),
              first ? "" : Digits.change(own.change()),
              first
                  ? ""
                  : "["
                      + Digits.change(own.ciLower().orElse(Double.NaN))
                      + ", "
                      + Digits.change(own.ciUpper().orElse(Double.NaN))
                      + "]",
              first ? "" : Digits.p(own.pTAdjusted().orElse(Double.NaN))));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add(
        Counted.of(read, "passage")
            + (read < pairs.size() ? " (" + (pairs.size() - read) + " have no tokens)" : "")
            + "; change: against the decomposition, with topics as units (bootstrap, paired t-test,"
            + " correction "
            + CORRECTION
            + " within each measure)");
    found
        .ndcg()
        .ifPresent(
            all -> lines.add("nDCG@10 of these passages with all tokens: " + Digits.value(all)));
    double[] residuals = found.residuals();
    lines.add(
        String.format(
            Locale.ROOT,
            "integrated gradients miss the score's change by at most %.1e (mean %.1e)",
            residuals[0],
            residuals[1]));
    return lines;
  }
}
