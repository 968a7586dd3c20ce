package io.lucerna.plugin.compare;

import io.lucerna.base.AtomicFile;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.RankChanges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.SortedMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Writes a comparison of runs as CSV; what is not defined is an empty field. */
public final class ComparisonCsv {
  private ComparisonCsv() {}

  /**
   * One row for each run, measure and topic; the last four columns say how the run ranks the
   * topic's documents that the baseline ranks too, and are the same for every measure.
   */
  public static void writeTopics(RunComparison comparison, Path file) throws IOException {
    CSVFormat format =
        format(
            "run",
            "measure",
            "topic",
            "baseline",
            "value",
            "change",
            "common_docs",
            "swapped_pairs",
            "moved_docs",
            "total_moves");
    AtomicFile.write(
        file,
        out -> {
          CSVPrinter csv = new CSVPrinter(out, format);
          for (RunComparison.Contrast contrast : comparison.contrasts()) {
            SortedMap<String, RankChanges> moves =
                comparison.rankChanges().getOrDefault(contrast.run(), Collections.emptySortedMap());
            for (int i = 0; i < comparison.topics().size(); i++) {
              String topic = comparison.topics().get(i);
              double before = contrast.before()[i];
              double after = contrast.after()[i];
              RankChanges move = moves.get(topic);
              csv.print(contrast.run());
              csv.print(contrast.measure().irName());
              csv.print(topic);
              csv.print(before);
              csv.print(after);
              csv.print(after - before);
              csv.print(move == null ? "" : move.docs());
              csv.print(move == null ? "" : move.swappedPairs());
              csv.print(move == null ? "" : move.moved());
              csv.print(move == null ? "" : move.totalMoves());
              csv.println();
            }
          }
          csv.flush();
        });
  }

  /** One row for each run and measure, with the settings that make it again. */
  public static void writeSummary(
      RunComparison comparison, Comparison.Settings settings, Correction correction, Path file)
      throws IOException {
    CSVFormat format =
        format(
            "run",
            "baseline_run",
            "measure",
            "topics",
            "baseline",
            "value",
            "change",
            "relative_change",
            "lower95",
            "upper95",
            "t_p",
            "t_p_adjusted",
            "flip_p",
            "flip_p_adjusted",
            "d_z",
            "wins",
            "ties",
            "losses",
            "equivalence_p",
            "correction",
            "seed",
            "rounds",
            "margin");
    AtomicFile.write(
        file,
        out -> {
          CSVPrinter csv = new CSVPrinter(out, format);
          for (RunComparison.Contrast contrast : comparison.contrasts()) {
            Comparison c = contrast.result();
            csv.printRecord(
                contrast.run(),
                comparison.baseline(),
                contrast.measure().irName(),
                c.topics(),
                c.baseline(),
                c.treatment(),
                c.change(),
                field(c.relativeChange()),
                field(c.lower()),
                field(c.upper()),
                field(c.tTest()),
                field(contrast.adjustedTTest()),
                field(c.randomization()),
                field(contrast.adjustedRandomization()),
                field(c.effectSize()),
                c.wins(),
                c.ties(),
                c.losses(),
                field(c.equivalence()),
                correction,
                settings.seed(),
                settings.rounds(),
                settings.margin());
          }
          csv.flush();
        });
  }

  private static CSVFormat format(String... header) {
    return CSVFormat.RFC4180.builder().setHeader(header).setRecordSeparator("\n").get();
  }

  private static Object field(OptionalDouble value) {
    return value.isEmpty() ? "" : (Object) value.orElseThrow();
  }
}
