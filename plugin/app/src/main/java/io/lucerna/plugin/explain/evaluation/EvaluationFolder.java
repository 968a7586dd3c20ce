package io.lucerna.plugin.explain.evaluation;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.Digits;
import io.lucerna.studies.table.Table;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.Manifest;
import io.lucerna.studies.work.OldFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The folder of an evaluation: the journal of its pairs, and the tables and pictures made of it.
 *
 * @param pairs what is evaluated; no two have the same topic and document
 * @param qrels for rankings; none for no rankings
 * @param identity of the folder
 * @param settings what decides outcomes, next to model and pairs
 * @param comparison of methods
 */
public record EvaluationFolder(
    List<MarkedPair> pairs,
    Qrels qrels,
    Identity identity,
    Map<String, Object> settings,
    Comparison.Settings comparison) {
  /** The setting by which a journal is known as one of an evaluation. */
  public static final String METHODS = "token_methods";

  private static final Correction CORRECTION = Correction.HOLM;
  private static final Pattern PICTURES = Pattern.compile("(deletion|insertion|ndcg)\\.(svg|png)");

  /**
   * Does what is not done yet, and writes all files.
   *
   * @return lines for people
   */
  public List<String> work(FolderLock lock, EvaluationJob job) throws IOException {
    JournalSettings decisive = identity.decisive();
    decisive.put(METHODS, Arrays.stream(TokenMethod.values()).map(TokenMethod::option).toList());
    decisive.putAll(settings);
    String read =
        Hashes.sha256(
            out -> {
              for (MarkedPair pair : pairs) {
                out.write(pair + "\n");
              }
            });
    decisive.put("pairs", read);
    try (Journal<PairCurves> journal = Journal.open(lock, decisive, PairCurves.CODEC)) {
      job.run(pairs, journal);
      List<MarkedPair> withTokens = new ArrayList<>();
      List<PairCurves> outcomes = new ArrayList<>();
      for (MarkedPair pair : pairs) {
        PairCurves outcome = journal.read(EvaluationJob.id(pair));
        if (outcome.tokens() > 0) {
          withTokens.add(pair);
          outcomes.add(outcome);
        }
      }
      Faithfulness found = new Faithfulness(withTokens, outcomes, qrels);
      return write(lock.path(), found, withTokens.size(), read);
    }
  }

  private List<String> write(Path folder, Faithfulness found, int read, String sha256)
      throws IOException {
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
