package io.lucerna.studies.patch;

import io.lucerna.base.Counted;
import io.lucerna.eval.RatioAggregate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Map;

/** A few lines on what came out of one direction. */
final class Summary {
  /** How many cells are named. */
  static final int STRONGEST = 5;

  private Summary() {}

  static String of(Aggregates aggregates, Exclusions exclusions, PatchSettings settings) {
    RatioAggregate headline = settings.headline();
    Map<String, Long> excluded = exclusions.counts(aggregates.rows().direction());
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s: floor %s (-floor %s) drops %.1f%% of the swept pairs\n"
                    + "%s: %s of %s, mean change %.4f%s; strongest by %s:",
                aggregates.rows().direction().option(),
                floor(aggregates.rows().least()),
                settings.floor().field(),
                100 * aggregates.rows().dropped(),
                aggregates.rows().direction().option(),
                Counted.of(aggregates.rows().used(), "pair"),
                Counted.of(aggregates.all().queries(), "query"),
                aggregates.all().meanChange(),
                excluded.isEmpty() ? "" : "; excluded: " + PatchStudy.words(excluded),
                headline.option().replace('-', ' ')));
    for (NodeEffect cell : aggregates.strongest(STRONGEST, headline)) {
      text.append("\n  ").append(cell.node()).append(": ");
      text.append(Figures.describe(cell.get(headline)));
    }
    Aggregates.SizeCorrelation size = aggregates.sizeCorrelation();
    text.append(
        String.format(
            Locale.ROOT,
            "\n  a pair's mean size of effects against the size of its change: Spearman %+.2f, robust"
                + " %+.2f",
            size.ratio(),
            size.robust()));
    return text.toString();
  }

  private static String floor(double least) {
    return new BigDecimal(least).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
