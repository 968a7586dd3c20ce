package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.table.Csv;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The controls of one direction over all swept pairs.
 *
 * @param direction the direction
 * @param pairs how many pairs
 * @param empty the largest distance of the empty patch's score from the recipient's
 * @param full the largest distance of the full patch's score from the donor's
 * @param fullFailures in how many pairs that is more than rounding explains
 * @param medians of the pairs of each perturbation
 */
record ControlSummary(
    Direction direction,
    int pairs,
    double empty,
    double full,
    int fullFailures,
    List<Medians> medians) {

  /** What two ways to the same score may differ by, for a score of size 1 or less. */
  private static final double ROUNDING = 1e-6;

  /**
   * What has no bound, over the pairs of one perturbation: what is typical of one may hide what is
   * typical of another.
   *
   * @param of which pairs
   * @param unrelated the median effect of an unrelated donor; NaN without any
   * @param fillers how many pairs have filler
   * @param fillerBase the median of what filler adds to the base, as a share of the change; NaN
   *     without any
   */
  record Medians(Perturbed of, double unrelated, int fillers, double fillerBase) {}

  /** What the medians are of. */
  private record Effects(List<Double> unrelated, List<Double> fillers) {
    Effects() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    Medians medians(Perturbed of) {
      return new Medians(of, median(unrelated), fillers.size(), median(fillers));
    }
  }

  static List<ControlSummary> of(StudyData data) throws IOException {
    List<ControlSummary> all = new ArrayList<>();
    for (WayRows rows : data.directions()) {
      all.add(of(data, rows));
    }
    return all;
  }

  private static ControlSummary of(StudyData data, WayRows rows) throws IOException {
    double[] worst = new double[2];
    int[] failures = new int[1];
    Map<Perturbed, Effects> effects = new LinkedHashMap<>();
    Perturbed.of(data.perturbations(), false).forEach(of -> effects.put(of, new Effects()));
    data.forEach(
        (row, pair, swept) -> {
          PairOutcome.Patched patched = swept.in(rows.way()).orElseThrow();
          double recipient = patched.result().recipient();
          double donor = patched.result().donor();
          worst[0] = Math.max(worst[0], Math.abs(patched.empty() - recipient));
          double distance = Math.abs(patched.full() - donor);
          worst[1] = Math.max(worst[1], distance);
          failures[0] += distance > ROUNDING * Math.max(1, Math.abs(donor)) ? 1 : 0;
          boolean unrelated =
              rows.reaches(pair, patched.change()) && !Float.isNaN(patched.unrelated());
          PairTables.Filler filler = PairTables.Filler.of(swept, patched.result());
          boolean filled = filler.tokens() > 0 && rows.reaches(pair, filler.change());
          effects.forEach(
              (of, own) -> {
                if (of.has(pair) && unrelated) {
                  own.unrelated.add(PairTables.effect(patched.result(), patched.unrelated()));
                }
                if (of.has(pair) && filled) {
                  own.fillers.add(filler.base());
                }
              });
        });
    return new ControlSummary(
        rows.direction(),
        data.swept().size(),
        worst[0],
        worst[1],
        failures[0],
        effects.entrySet().stream().map(e -> e.getValue().medians(e.getKey())).toList());
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** Whether the empty patch changes nothing and the full patch gives the donor's score. */
  boolean hold() {
    return empty == 0 && fullFailures == 0;
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("hold", hold());
    fields.put("empty_largest_distance", empty);
    fields.put("full_largest_distance", full);
    fields.put("full_failures", fullFailures);
    fields.put("unrelated_median_effect", each(one -> Csv.field(one.unrelated())));
    fields.put("pairs_with_filler", each(Medians::fillers));
    fields.put("filler_median_effect_base", each(one -> Csv.field(one.fillerBase())));
    return fields;
  }

  /** Of several perturbations by name, of one alone as it is. */
  private Object each(Function<Medians, Object> value) {
    Map<String, Object> named = new LinkedHashMap<>();
    for (Medians one : medians) {
      if (one.of().name().isEmpty()) {
        return value.apply(one);
      }
      named.put(one.of().name().get(), value.apply(one));
    }
    return named;
  }

  /** What does not hold, in words. */
  String failure() {
    return String.format(
        Locale.ROOT,
        "%s: an empty patch moves the score by up to %s (must be 0); a full patch misses the"
            + " donor's score in %d of %d pairs, by up to %s",
        direction.option(),
        empty,
        fullFailures,
        pairs,
        full);
  }
}
