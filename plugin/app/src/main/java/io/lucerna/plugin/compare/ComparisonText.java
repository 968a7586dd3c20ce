package io.lucerna.plugin.compare;

import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Decimals;
import io.lucerna.eval.RankChanges;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.studies.ranking.OrderStatistics;
import io.lucerna.studies.ranking.Statistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Shows a comparison of runs to people: a table, and what its columns mean. */
public final class ComparisonText {
  private static final String NONE = "-";

  private ComparisonText() {}

  public static List<String> lines(
      RunComparison comparison, Comparison.Settings settings, Correction correction) {
    List<String> lines = new ArrayList<>(table(comparison).lines());
    lines.add("");
    comparison
        .rankChanges()
        .forEach(
            (run, changes) -> {
              if (!run.equals(comparison.baseline())) {
                lines.add(moves(run, changes.values()));
              }
            });
    comparison
        .missing()
        .forEach(
            (run, count) -> {
              if (count > 0) {
                lines.add(run + " lacks " + count + " of the topics: they count 0");
              }
            });
    lines.add(
        format(
            "%s; baseline %s; p_t: paired t-test; p_randomization: %d sign flips; p_t_adjusted:"
                + " correction %s over %s",
            Counted.of(comparison.topics().size(), "topic"),
            comparison.baseline(),
            settings.rounds(),
            correction,
            Counted.of(comparison.contrasts().size(), "contrast")));
    lines.add(
        format(
            "95%% interval: bootstrap, seed %d; d_z: change over its deviation; w/t/l: wins, ties,"
                + " losses; p_equivalence: change within %s (two one-sided t-tests)",
            settings.seed(), settings.margin()));
    lines.add(detectable(comparison));
    lines.add(
        RunComparison.COVERAGE.irName()
            + comparison.judged().entrySet().stream()
                .map(e -> e.getKey() + " " + value(e.getValue().mean()))
                .collect(Collectors.joining(", ", ": ", "")));
    return lines;
  }

  /** The power of the comparison, measure by measure. */
  private static String detectable(RunComparison comparison) {
    Map<String, List<Statistics>> byMeasure = new LinkedHashMap<>();
    for (RunComparison.RunContrast contrast : comparison.contrasts()) {
      byMeasure
          .computeIfAbsent(contrast.measure().irName(), measure -> new ArrayList<>())
          .add(contrast.statistics());
    }
    List<String> words = new ArrayList<>();
    byMeasure.forEach(
        (measure, statistics) -> {
          OptionalDouble change = Statistics.detectable(statistics);
          words.add(measure + " " + (change.isEmpty() ? NONE : value(change.getAsDouble())));
        });
    return "found in 80% of such comparisons (p_t < 0.05): a change of " + String.join(", ", words);
  }

  private static TextTable table(RunComparison comparison) {
    TextTable table =
        new TextTable(
            2,
            "measure",
            "run",
            "value",
            "change",
            "relative_change",
            "95% interval",
            "p_t",
            "p_randomization",
            "p_t_adjusted",
            "d_z",
            "w/t/l",
            "p_equivalence");
    String last = "";
    for (RunComparison.RunContrast contrast : comparison.contrasts()) {
      if (!contrast.measure().irName().equals(last)) {
        last = contrast.measure().irName();
        List<String> row =
            new ArrayList<>(
                List.of(last, comparison.baseline(), value(contrast.statistics().baseline())));
        while (row.size() < 12) {
          row.add("");
        }
        table.add(row);
      }
      table.add(row(contrast));
    }
    return table;
  }

  private static List<String> row(RunComparison.RunContrast contrast) {
    Statistics c = contrast.statistics();
    String interval =
        c.ciLower().isEmpty()
            ? NONE
            : "["
                + Decimals.signed(c.ciLower().orElseThrow(), 4)
                + ", "
                + Decimals.signed(c.ciUpper().orElseThrow(), 4)
                + "]";
    return List.of(
        "",
        contrast.run(),
        value(c.value()),
        Decimals.signed(c.change(), 4),
        c.relativeChange().isEmpty()
            ? NONE
            : Decimals.signed(100 * c.relativeChange().orElseThrow(), 1) + "%",
        interval,
        p(c.pT()),
        p(c.pRandomization()),
        p(c.pTAdjusted()),
        c.dZ().isEmpty() ? NONE : Decimals.signed(c.dZ().orElseThrow(), 2),
        c.wins() + "/" + c.ties() + "/" + c.losses(),
        p(c.pEquivalence()));
  }

  private static String p(OptionalDouble value) {
    if (value.isEmpty()) {
      return NONE;
    }
    return value.orElseThrow() < 0.0001 ? "<.0001" : value(value.orElseThrow());
  }

  private static String moves(String run, Collection<RankChanges> changes) {
    OrderStatistics order = OrderStatistics.of(changes);
    return format(
        "%s: kendall_tau %s, swapped_pairs %d, mean_move %s; %s in common with the baseline",
        run,
        order.kendallTau().isEmpty() ? NONE : value(order.kendallTau().getAsDouble()),
        order.swappedPairs(),
        order.meanMove().isEmpty() ? NONE : Decimals.rounded(order.meanMove().getAsDouble(), 2),
        Counted.of(changes.stream().mapToLong(RankChanges::docs).sum(), "document"));
  }

  /** As {@code eval} prints it. */
  private static String value(double value) {
    return Decimals.rounded(value, 4);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
