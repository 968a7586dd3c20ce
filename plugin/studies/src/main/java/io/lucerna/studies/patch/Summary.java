package io.lucerna.studies.patch;

import io.lucerna.base.Counted;
import io.lucerna.eval.RatioAggregate;
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
    for (NodeEffect cell : aggregates.strongest(STRONGEST)) {
      text.append("\n  ").append(cell.node()).append(": ");
      text.append(Figures.describe(cell.effect()));
    }
    return text.toString();
  }
}
