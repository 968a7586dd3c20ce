package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The pairs that do not count, each with its reason.
 *
 * @param all in the order of the pairs, first those that cannot be swept
 */
record Exclusions(List<Excluded> all) {
  static final String UNCHANGED = "the score does not change";
  static final String SMALL = "the score changes by less than the floor";

  static Exclusions of(StudyData data) {
    List<Excluded> all = new ArrayList<>();
    for (StudyData.Lost lost : data.lost()) {
      String[] parts = lost.reason().split(": ", 2);
      String detail = parts.length == 2 ? parts[1] : "";
      all.add(new Excluded(lost.pair(), Optional.empty(), parts[0], detail));
    }
    for (WayRows rows : data.directions()) {
      for (WayRows.Row row : rows.rows()) {
        if (!row.used()) {
          boolean none = row.change() == 0;
          all.add(
              new Excluded(
                  row.pair(),
                  Optional.of(rows.direction()),
                  none ? UNCHANGED : SMALL,
                  none ? "" : "change " + row.change() + ", floor " + rows.least(row.pair())));
        }
      }
    }
    return new Exclusions(all);
  }

  /** How many pairs have each reason in this direction, by reason. */
  Map<String, Long> counts(Direction direction) {
    return counts(direction, Perturbed.ALL);
  }

  /** How many of some pairs have each reason in this direction, by reason. */
  Map<String, Long> counts(Direction direction, Perturbed of) {
    return all.stream()
        .filter(e -> e.direction().isEmpty() || e.direction().get() == direction)
        .filter(e -> of.has(e.pair()))
        .collect(Collectors.groupingBy(Excluded::reason, TreeMap::new, Collectors.counting()));
  }
}
