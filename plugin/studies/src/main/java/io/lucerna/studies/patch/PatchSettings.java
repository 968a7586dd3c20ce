package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.RatioAggregate;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a study is made with.
 *
 * @param sweep what decides the patched scores
 * @param floor how much a pair's score must change for the pair to count
 * @param rounds of the bootstrap, 1 or more
 * @param headline the statistic of lists and of the first picture; the tables have all
 * @param pooled whether all pairs of several perturbations are summed up together, too
 */
public record PatchSettings(
    SweepSettings sweep, Floor floor, int rounds, RatioAggregate headline, boolean pooled) {
  /** The field that says which statistic leads. */
  static final String HEADLINE = "headline";

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if there are fewer than 1 rounds
   */
  @Internal
  public PatchSettings {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1, got " + rounds);
    }
  }

  /**
   * {@return settings with the usual floor and rounds}
   *
   * @param sweep what decides the patched scores
   */
  public static PatchSettings of(SweepSettings sweep) {
    return new PatchSettings(
        sweep,
        Floor.DEFAULT,
        Comparison.Settings.DEFAULT.rounds(),
        RatioAggregate.RATIO_OF_SUMS,
        false);
  }

  /**
   * {@return these settings with another floor}
   *
   * @param other how much a pair's score must change for the pair to count
   */
  public PatchSettings withFloor(Floor other) {
    return new PatchSettings(sweep, other, rounds, headline, pooled);
  }

  /**
   * {@return these settings with another number of rounds}
   *
   * @param number of the bootstrap
   * @throws IllegalArgumentException if it is less than 1
   */
  public PatchSettings withRounds(int number) {
    return new PatchSettings(sweep, floor, number, headline, pooled);
  }

  /**
   * {@return these settings with another headline}
   *
   * @param statistic of lists and of the first picture
   */
  public PatchSettings withHeadline(RatioAggregate statistic) {
    return new PatchSettings(sweep, floor, rounds, statistic, pooled);
  }

  /**
   * {@return these settings, by which pairs of several perturbations may be summed up together} A
   * part of a model may work for one perturbation and against another, which sums hide.
   */
  public PatchSettings withPool() {
    return new PatchSettings(sweep, floor, rounds, headline, true);
  }

  /** {@return the settings by name, as options and files have them} */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>(sweep.fields());
    fields.put("floor", floor.field());
    fields.put("rounds", rounds);
    fields.put(HEADLINE, headline.option());
    fields.put("pool", pooled);
    return fields;
  }
}
