package io.lucerna.studies.patch;

import io.lucerna.base.Counted;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.HeatMap;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.topics.ContrastPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The heat maps of a study. */
final class Figures {
  private static final String UNIT = "effect (0 recipient, 1 donor)";

  /** Of a pair whose scores lie far apart it comes near the effect; of others it stays below. */
  private static final String ROBUST = "robust effect (0 recipient)";

  private static final String MARK = "95% interval excludes 0";
  private static final int LONGEST_QUERY = 70;

  private final SweepSettings settings;
  private final String model;

  Figures(SweepSettings settings, String model) {
    this.settings = settings;
    this.model = model;
  }

  /** One level's cells under one aggregate. */
  HeatMap map(Aggregates aggregates, Aggregates.Level level, RatioAggregate aggregate) {
    int[] present = aggregates.present();
    double[] values =
        Arrays.stream(present)
            .mapToDouble(c -> level.cells().get(c).get(aggregate).value())
            .toArray();
    IntFunction<HeatMap.Cell> cell =
        i -> {
          NodeEffect value = level.cells().get(present[i]);
          Estimate estimate = value.get(aggregate);
          String about =
              String.format(
                  Locale.ROOT,
                  "%s: %s (%s)",
                  value.node(),
                  describe(estimate),
                  Counted.of(value.pairs(), "pair"));
          return new HeatMap.Cell(
              "" + present[i], estimate.value(), estimate.excludesZero(), about);
        };
    return new HeatMap(
        title(aggregates.rows().way()),
        List.of(
            "model "
                + model
                + ", "
                + Counted.of(aggregates.all().stratum().rows().length, "pair")
                + ", "
                + pairsOf(aggregates.rows(), aggregates.of()),
            aggregate.option().replace('-', ' ') + ", " + describe(level)),
        aggregate == RatioAggregate.MEAN_ROBUST ? ROBUST : UNIT,
        MARK,
        DivergingScale.holding(values),
        panels(axes(aggregates), List.of(), cell),
        Map.of());
  }

  /** The positions of one pair; only for sweeps that have them. */
  HeatMap map(CellSpace space, ContrastPair pair, Way way, SweepResult result, List<Token> donor) {
    List<Token> tokens = result.tokens();
    List<Axis> axes = new ArrayList<>(space.outer());
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      pieces.add(label(tokens.get(i), donor.get(i)));
    }
    axes.add(new Axis("token", pieces));
    List<Rgb> strip = tokens.stream().map(t -> RoleColours.of(t.role())).toList();
    Map<String, Rgb> legend = new LinkedHashMap<>();
    for (Role role : Role.values()) {
      if (tokens.stream().anyMatch(t -> t.role() == role)) {
        legend.put(role.option(), RoleColours.of(role));
      }
    }
    double[] effects =
        IntStream.range(0, result.patched().length)
            .mapToDouble(i -> PairTables.effect(result, result.patched()[i]))
            .toArray();
    IntFunction<HeatMap.Cell> cell =
        i -> {
          Token token = tokens.get(i % tokens.size());
          String about =
              String.format(
                  Locale.ROOT,
                  "%s, position %d, %s (%s): %.4f",
                  space.words(i / tokens.size()),
                  i % tokens.size(),
                  pieces.get(i % tokens.size()),
                  token.role().option(),
                  effects[i]);
          return new HeatMap.Cell("" + i, effects[i], false, about);
        };
    return new HeatMap(
        title(way),
        List.of(
            "model " + model + ", pair " + pair.id(),
            "query: " + shortened(pair.query()),
            String.format(
                Locale.ROOT,
                "score of the recipient %.4f, of the donor %.4f",
                result.recipient(),
                result.donor())),
        UNIT,
        MARK,
        DivergingScale.holding(effects),
        panels(axes, strip, cell),
        legend);
  }

  /** The recipient's token, and the donor's where it is another. */
  private static String label(Token own, Token donor) {
    return own.piece().equals(donor.piece()) ? own.piece() : own.piece() + " ← " + donor.piece();
  }

  private static String shortened(String query) {
    return query.length() <= LONGEST_QUERY ? query : query.substring(0, LONGEST_QUERY) + "...";
  }

  /** The axes of the cells that are there, roles as the last. */
  private static List<Axis> axes(Aggregates aggregates) {
    CellSpace space = aggregates.space();
    if (!space.positions()) {
      return space.outer();
    }
    List<Axis> axes = new ArrayList<>(space.outer());
    List<String> roles =
        Arrays.stream(aggregates.present())
            .mapToObj(space::role)
            .distinct()
            .map(Role::option)
            .toList();
    axes.add(new Axis("role", roles));
    return axes;
  }

  private static List<HeatMap.Panel> panels(
      List<Axis> axes, List<Rgb> strip, IntFunction<HeatMap.Cell> cell) {
    return CellGrid.of(axes).panels().stream()
        .map(
            panel ->
                new HeatMap.Panel(
                    panel.title(),
                    panel.rowAxis(),
                    panel.rows(),
                    panel.columnAxis(),
                    panel.columns(),
                    strip,
                    Arrays.stream(panel.cells())
                        .mapToObj(i -> i == CellGrid.NONE ? null : cell.apply(i))
                        .toList()))
        .toList();
  }

  private String title(Way way) {
    return "Patching effect, " + way.words() + ": " + settings.cells().title();
  }

  /** The queries of the pairs that count, and the perturbations. */
  static String pairsOf(WayRows rows, Perturbed of) {
    List<WayRows.Row> some = rows.rows().stream().filter(row -> of.has(row.pair())).toList();
    int queries =
        (int)
            some.stream().filter(WayRows.Row::used).map(row -> row.pair().qid()).distinct().count();
    List<String> kinds = some.stream().map(r -> r.pair().perturbation()).distinct().toList();
    String names = kinds.size() <= 3 ? String.join(" + ", kinds) : kinds.size() + " perturbations";
    return Counted.of(queries, "query") + ", " + names;
  }

  static String describe(Aggregates.Level level) {
    Stratum stratum = level.stratum();
    int n = stratum.rows().length;
    return stratum.isAll()
        ? "all pairs"
        : stratum.name() + " " + stratum.level() + " (" + Counted.of(n, "pair") + ")";
  }

  /** A number with its interval. */
  static String describe(Estimate estimate) {
    if (Double.isNaN(estimate.value())) {
      return "not defined";
    }
    return Double.isNaN(estimate.lower())
        ? String.format(Locale.ROOT, "%.4f", estimate.value())
        : String.format(
            Locale.ROOT, "%.4f [%.4f, %.4f]", estimate.value(), estimate.lower(), estimate.upper());
  }
}
