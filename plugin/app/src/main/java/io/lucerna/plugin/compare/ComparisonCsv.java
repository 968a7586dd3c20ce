package io.lucerna.plugin.compare;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.RankChanges;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import io.lucerna.studies.ranking.OrderStatistics;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.ranking.TopicMoves;
import io.lucerna.studies.table.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes a comparison of runs as CSV. */
public final class ComparisonCsv {
  /**
   * A row for a run, measure and topic; the moves tell how the run ranks the topic's documents that
   * the baseline ranks too. They and {@code judged10}, the share of the run's first ten documents
   * that are judged, are the same for every measure.
   */
  public record TopicRow(
      String run,
      String measure,
      String topic,
      double baseline,
      double value,
      double change,
      TopicMoves moves,
      OptionalDouble judged10) {}

  /**
   * A row for a run and measure, with the settings that make it again; {@code judged10} is the same
   * for every measure.
   */
  public record SummaryRow(
      String run,
      String baselineRun,
      String measure,
      Statistics statistics,
      OrderStatistics order,
      double judged10,
      String correction,
      long seed,
      int rounds,
      double margin) {}

  private static final RankChanges NOTHING_IN_COMMON = new RankChanges(0, 0, 0, 0, 0);

  private ComparisonCsv() {}

  /** One row for each run, the baseline too, measure and topic. */
  public static void writeTopics(RunComparison comparison, Path file) throws IOException {
    Table.of(TopicRow.class).write(file, all(comparison).flatMap(c -> rows(comparison, c)));
  }

  private static Stream<RunContrast> all(RunComparison comparison) {
    return comparison.measures().stream().flatMap(measure -> comparison.of(measure).stream());
  }

  private static SortedMap<String, RankChanges> moves(
      RunComparison comparison, RunContrast contrast) {
    return comparison.rankChanges().getOrDefault(contrast.run(), Collections.emptySortedMap());
  }

  private static Stream<TopicRow> rows(RunComparison comparison, RunContrast contrast) {
    SortedMap<String, RankChanges> moves = moves(comparison, contrast);
    RunComparison.Judged judged = comparison.judged(contrast.run());
    return IntStream.range(0, comparison.topics().size())
        .mapToObj(
            i -> {
              String topic = comparison.topics().get(i);
              double before = contrast.before()[i];
              double after = contrast.after()[i];
              return new TopicRow(
                  contrast.run(),
                  contrast.measure().irName(),
                  topic,
                  before,
                  after,
                  after - before,
                  TopicMoves.of(moves.getOrDefault(topic, NOTHING_IN_COMMON)),
                  judged.of(topic));
            });
  }

  /** One row for each run, the baseline too, and measure. */
  public static void writeSummary(
      RunComparison comparison, Comparison.Settings settings, Correction correction, Path file)
      throws IOException {
    Table.of(SummaryRow.class)
        .write(
            file,
            all(comparison)
                .map(
                    c ->
                        new SummaryRow(
                            c.run(),
                            comparison.baseline(),
                            c.measure().irName(),
                            c.statistics(),
                            OrderStatistics.of(moves(comparison, c).values()),
                            comparison.judged(c.run()).mean(),
                            correction.toString(),
                            settings.seed(),
                            settings.rounds(),
                            settings.margin())));
  }
}
