package io.lucerna.studies.ranking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a dose of a vector does, by one measure, next to what random directions of the same length
 * do at that dose: a row of {@code dose-response.csv}. A dose of 0 changes nothing in any
 * direction.
 *
 * @param vector names it: the start of its conditions' ids
 * @param measure the measure's name, {@code nDCG@10}
 * @param dose how much of the vector
 * @param condition the id of the condition
 * @param topics how many are compared
 * @param baseline mean over the topics without intervention
 * @param value mean with it
 * @param change value minus baseline
 * @param ciLower of the bootstrap interval of the change, 95%
 * @param ciUpper of the same
 * @param pTAdjusted p of the paired t-test, corrected over the conditions without directions
 * @param directions how many random directions there are
 * @param randomLowest the least change that one of them makes at this dose
 * @param randomHighest the greatest
 */
public record DoseResponse(
    String vector,
    String measure,
    double dose,
    String condition,
    int topics,
    double baseline,
    double value,
    double change,
    OptionalDouble ciLower,
    OptionalDouble ciUpper,
    OptionalDouble pTAdjusted,
    int directions,
    OptionalDouble randomLowest,
    OptionalDouble randomHighest) {

  /**
   * {@return whether there are random directions, and all of them lie on one side of the change}
   */
  public boolean outside() {
    return directions > 0
        && (change < randomLowest.orElse(change) || change > randomHighest.orElse(change));
  }

  /** By vector, then by measure, then by dose. */
  static List<DoseResponse> of(List<Condition> conditions, List<Contrast> contrasts) {
    Map<String, List<Contrast>> byCondition =
        contrasts.stream().collect(Collectors.groupingBy(Contrast::condition));
    List<DoseResponse> all = new ArrayList<>();
    for (String vector : vectors(conditions)) {
      List<Condition> doses = new ArrayList<>();
      Map<Double, List<Condition>> directions = new HashMap<>();
      for (Condition condition : conditions) {
        if (condition.dose().filter(dose -> dose.of().equals(vector)).isPresent()) {
          if (condition.kind() == Condition.Kind.DOSE) {
            doses.add(condition);
          } else {
            directions.computeIfAbsent(amount(condition), dose -> new ArrayList<>()).add(condition);
          }
        }
      }
      doses.sort(Comparator.comparingDouble(DoseResponse::amount));
      int most = directions.values().stream().mapToInt(List::size).max().orElse(0);
      int measures = byCondition.getOrDefault(doses.getFirst().id(), List.of()).size();
      for (int m = 0; m < measures; m++) {
        for (Condition dose : doses) {
          Contrast contrast = byCondition.getOrDefault(dose.id(), List.of()).get(m);
          double[] changes = new double[amount(dose) == 0 ? most : 0];
          // Without the vector the rest of the spec is left, whatever the direction.
          Arrays.fill(changes, contrast.statistics().change());
          if (amount(dose) != 0) {
            int measure = m;
            changes =
                directions.getOrDefault(amount(dose), List.of()).stream()
                    .map(direction -> byCondition.getOrDefault(direction.id(), List.of()))
                    .mapToDouble(own -> own.get(measure).statistics().change())
                    .sorted()
                    .toArray();
          }
          all.add(of(vector, amount(dose), contrast, changes));
        }
      }
    }
    return all;
  }

  private static List<String> vectors(List<Condition> conditions) {
    return conditions.stream()
        .flatMap(condition -> condition.dose().stream())
        .map(Condition.Dose::of)
        .distinct()
        .toList();
  }

  private static double amount(Condition condition) {
    return condition.dose().orElseThrow().amount();
  }

  private static DoseResponse of(
      String vector, double dose, Contrast contrast, double[] directions) {
    Statistics own = contrast.statistics();
    int n = directions.length;
    return new DoseResponse(
        vector,
        contrast.measure(),
        dose,
        contrast.condition(),
        own.topics(),
        own.baseline(),
        own.value(),
        own.change(),
        own.ciLower(),
        own.ciUpper(),
        own.pTAdjusted(),
        n,
        n == 0 ? OptionalDouble.empty() : OptionalDouble.of(directions[0]),
        n == 0 ? OptionalDouble.empty() : OptionalDouble.of(directions[n - 1]));
  }

  /** For people: a line for each vector. */
  static List<String> lines(List<DoseResponse> all, String measure) {
    Map<String, List<DoseResponse>> vectors =
        all.stream()
            .filter(row -> row.measure().equals(measure) && row.dose() != 0)
            .collect(Collectors.groupingBy(DoseResponse::vector));
    return all.stream()
        .map(DoseResponse::vector)
        .distinct()
        .map(
            vector ->
                vector
                    + ", "
                    + measure
                    + " by dose: "
                    + vectors.getOrDefault(vector, List.of()).stream()
                        .map(DoseResponse::words)
                        .collect(Collectors.joining("; ")))
        .toList();
  }

  private String words() {
    String own = String.format(Locale.ROOT, "%s %+.4f", dose, change);
    return directions == 0
        ? own
        : String.format(
            Locale.ROOT,
            "%s (%d random directions: %+.4f to %+.4f)",
            own,
            directions,
            randomLowest.orElseThrow(),
            randomHighest.orElseThrow());
  }
}
