package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import java.util.List;

/**
 * How a study is measured; none of it changes a score.
 *
 * @param measures means over topics; the first one decides which topics changed most
 * @param level the lowest relevant grade
 * @param correction over the conditions of one measure
 * @param comparison seed, rounds and margin
 */
public record StudySettings(
    List<Measure> measures, int level, Correction correction, Comparison.Settings comparison) {
  /** The names of the measures, unless others are given. */
  public static final List<String> MEASURES = List.of("nDCG@10", "AP", "RR", "Judged@10");

  /**
   * Checks that all measures are means.
   *
   * @throws IllegalArgumentException naming the one that is not
   */
  @Internal
  public StudySettings {
    measures = List.copyOf(measures);
    for (Measure measure : measures) {
      if (!measure.isMean()) {
        throw new IllegalArgumentException(
            measure.irName() + " is not a mean over topics: nothing to compare");
      }
    }
  }
}
