package io.lucerna.studies.patch;

import io.lucerna.base.Counted;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A few lines on what came out of one direction. */
final class Summary {
  /** How many cells are named. */
  static final int STRONGEST = 5;

  private Summary() {}

  static String of(Aggregates aggregates, Exclusions exclusions) {
    Map<String, Long> excluded = exclusions.counts(aggregates.rows().direction());
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s: %s of %s, mean change %.4f%s; strongest by %s:",
                aggregates.rows().direction().option(),
                Counted.of(aggregates.rows().used(), "pair"),
                Counted.of(aggregates.all().queries(), "query"),
                aggregates.all().meanChange(),
                excluded.isEmpty() ? "" : "; excluded: " + PatchStudy.words(excluded),
                RatioAggregate.RATIO_OF_SUMS.option().replace('-', ' ')));
    for (int cell : strongest(aggregates, STRONGEST)) {
      Estimate estimate = aggregates.all().cells().get(cell).get(RatioAggregate.RATIO_OF_SUMS);
      text.append("\n  ").append(aggregates.space().describe(cell)).append(": ");
      text.append(Figures.describe(estimate));
    }
    return text.toString();
  }

  /** The cells with the largest ratios of sums over all pairs, largest first. */
  static List<Integer> strongest(Aggregates aggregates, int most) {
    return Arrays.stream(aggregates.present())
        .boxed()
        .sorted(Comparator.comparingDouble(cell -> -size(aggregates, cell)))
        .limit(most)
        .toList();
  }

  private static double size(Aggregates aggregates, int cell) {
    return Math.abs(aggregates.all().cells().get(cell).get(RatioAggregate.RATIO_OF_SUMS).value());
  }
}
