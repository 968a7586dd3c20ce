package io.lucerna.studies.patch;

import io.lucerna.base.Counted;
import io.lucerna.eval.RatioAggregate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * A few lines on what came out.
 *
 * @param aggregates one for each list
 */
record Summary(
    PatchSettings settings, StudyData data, Exclusions exclusions, List<Aggregates> aggregates) {
  /** How many cells are named. */
  static final int STRONGEST = 5;

  /** First what was dropped, then how the pairs move, then the lists. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(floors());
    Expected.moves(data.directions().getFirst()).forEach(moves -> lines.add(moves.toString()));
    aggregates.forEach(each -> lines.add(strongest(each)));
    lines.addAll(warnings());
    return lines;
  }

  /** Where all pairs are summed up together: what that hides. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (settings.pooled()) {
      data.ways().forEach(rows -> warnings.addAll(opposed(rows)));
    }
    return warnings;
  }

  /** What the floor came to in each direction, and what it drops. */
  List<String> floors() {
    return data.directions().stream().flatMap(rows -> floors(rows).stream()).toList();
  }

  private List<String> floors(WayRows rows) {
    List<String> lines = new ArrayList<>();
    for (Perturbed of : Perturbed.of(data.perturbations(), false)) {
      String words = of.words(rows.direction().option());
      for (WayRows.Part part : rows.parts()) {
        if (of.isOf(part.perturbation())) {
          lines.add(
              String.format(
                  Locale.ROOT,
                  "%s: floor %s (-floor %s) drops %.1f%% of the swept pairs",
                  words,
                  floor(part.least()),
                  settings.floor().field(),
                  100 * part.dropped()));
        }
      }
      if (rows.rows().stream().noneMatch(row -> row.used() && of.has(row.pair()))) {
        Map<String, Long> excluded = exclusions.counts(rows.direction(), of);
        lines.add(words + ": no pair is left: " + PatchStudy.words(excluded));
      }
    }
    return lines;
  }

  private String strongest(Aggregates each) {
    RatioAggregate headline = settings.headline();
    Map<String, Long> excluded = exclusions.counts(each.rows().direction(), each.of());
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s: %s of %s, mean change %.4f%s; strongest by %s:",
                each.words(),
                Counted.of(each.all().stratum().rows().length, "pair"),
                Counted.of(each.all().queries(), "query"),
                each.all().meanChange(),
                excluded.isEmpty() ? "" : "; excluded: " + PatchStudy.words(excluded),
                headline.option().replace('-', ' ')));
    for (NodeEffect cell : each.strongest(STRONGEST, headline)) {
      text.append("\n  ").append(cell.node()).append(": ");
      text.append(Figures.describe(cell.get(headline)));
    }
    Aggregates.SizeCorrelation size = each.sizeCorrelation();
    text.append(
        String.format(
            Locale.ROOT,
            "\n  a pair's mean size of effects against the size of its change: Spearman %+.2f, robust"
                + " %+.2f",
            size.ratio(),
            size.robust()));
    return text.toString();
  }

  /** Cells of some list whose signs differ between perturbations. */
  private List<String> opposed(WayRows rows) {
    Set<String> listed = new LinkedHashSet<>();
    Map<String, Map<String, Double>> values = new LinkedHashMap<>();
    for (Aggregates each : aggregates) {
      if (each.rows() == rows) {
        each.strongest(STRONGEST, settings.headline()).forEach(cell -> listed.add(cell.node()));
        each.of().name().ifPresent(kind -> values(each, kind, values));
      }
    }
    StringJoiner cells = new StringJoiner("; ");
    for (String node : listed) {
      Map<String, Double> own = values.getOrDefault(node, Map.of());
      if (own.values().stream().anyMatch(v -> v < 0)
          && own.values().stream().anyMatch(v -> v > 0)) {
        StringJoiner words = new StringJoiner(", ", node + " (", ")");
        own.forEach((kind, v) -> words.add(String.format(Locale.ROOT, "%s %.4f", kind, v)));
        cells.add(words.toString());
      }
    }
    return cells.length() == 0
        ? List.of()
        : List.of("warning: " + rows.way().words() + ": signs differ in " + cells);
  }

  private void values(Aggregates each, String kind, Map<String, Map<String, Double>> values) {
    for (NodeEffect cell : each.all().cells()) {
      values
          .computeIfAbsent(cell.node(), node -> new LinkedHashMap<>())
          .put(kind, cell.get(settings.headline()).value());
    }
  }

  private static String floor(double least) {
    return new BigDecimal(least).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
