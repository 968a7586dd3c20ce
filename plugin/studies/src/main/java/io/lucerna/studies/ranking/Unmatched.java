package io.lucerna.studies.ranking;

import io.lucerna.base.Counted;
import io.lucerna.base.Internal;
import io.lucerna.eval.Decimals;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A condition that left positions, or some of their numbers, as they were, since the recording that
 * it takes from has no counterpart for them. It looks more harmless than it is.
 *
 * @param condition its id
 * @param positions how many positions its interventions were aimed at
 * @param missing how many of them lack a counterpart for all or some numbers; 1 or more
 */
@Internal
public record Unmatched(String condition, long positions, long missing) {
  /** How many conditions a line for people names. */
  private static final int NAMED = 3;

  private double share() {
    return (double) missing / positions;
  }

  private String words() {
    return String.format(
        Locale.ROOT,
        "%s %d of %d (%s%%)",
        condition,
        missing,
        positions,
        Decimals.rounded(100 * share(), 1));
  }

  /**
   * {@return a line for people, which names those with the largest shares; empty if there are none}
   *
   * @param all the conditions that left positions as they were
   * @param conditions how many conditions there are
   */
  public static Optional<String> line(List<Unmatched> all, int conditions) {
    if (all.isEmpty()) {
      return Optional.empty();
    }
    String worst =
        all.stream()
            .sorted(Comparator.comparingDouble(one -> -one.share()))
            .limit(NAMED)
            .map(Unmatched::words)
            .collect(Collectors.joining(", "));
    int more = all.size() - NAMED;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d of %s left positions, or some of their numbers, as they were, since the recording"
                + " has no counterpart for them: %s%s",
            all.size(),
            Counted.of(conditions, "condition"),
            worst,
            more > 0 ? " and " + more + " more" : ""));
  }
}
