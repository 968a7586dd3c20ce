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
 * @param floor the least size of donor minus recipient that a pair needs to count, 0 or more; a
 *     pair whose score does not change at all never counts
 * @param rounds of the bootstrap, 1 or more
 * @param headline the statistic of lists and of the first picture; the tables have all
 */
public record PatchSettings(
    SweepSettings sweep, double floor, int rounds, RatioAggregate headline) {
  /** The floor, unless another is given. */
  public static final double FLOOR = 1e-3;

  /** The field that says which statistic leads. */
  static final String HEADLINE = "headline";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting that is out of range
   */
  @Internal
  public PatchSettings {
    if (!(floor >= 0) || Double.isInfinite(floor)) {
      throw new IllegalArgumentException("floor must be 0 or more, got " + floor);
    }
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
        sweep, FLOOR, Comparison.Settings.DEFAULT.rounds(), RatioAggregate.RATIO_OF_SUMS);
  }

  /**
   * {@return these settings with another floor}
   *
   * @param least the size of donor minus recipient that a pair needs to count, 0 or more
   * @throws IllegalArgumentException if it is less than 0, or infinite
   */
  public PatchSettings withFloor(double least) {
    return new PatchSettings(sweep, least, rounds, headline);
  }

  /**
   * {@return these settings with another number of rounds}
   *
   * @param number of the bootstrap
   * @throws IllegalArgumentException if it is less than 1
   */
  public PatchSettings withRounds(int number) {
    return new PatchSettings(sweep, floor, number, headline);
  }

  /**
   * {@return these settings with another headline}
   *
   * @param statistic of lists and of the first picture
   */
  public PatchSettings withHeadline(RatioAggregate statistic) {
    return new PatchSettings(sweep, floor, rounds, statistic);
  }

  /** {@return the settings by name, as options and files have them} */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>(sweep.fields());
    fields.put("floor", floor);
    fields.put("rounds", rounds);
    fields.put(HEADLINE, headline.option());
    return fields;
  }
}
