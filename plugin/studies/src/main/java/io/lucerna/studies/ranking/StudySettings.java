package io.lucerna.studies.ranking;

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
  /** Checks that all measures are means. */
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
