package io.lucerna.studies.ranking;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a gradient says that a condition does to a measure: a row of {@code screen.csv}.
 *
 * @param condition its id
 * @param kind what it is
 * @param layer the layer that it is of, if it is of one
 * @param attentionHead the head that it is of, if it is of one
 * @param measure the measure's name
 * @param predictedChange the mean over topics of the predicted change
 * @param exactChange the mean change when it is run; empty if it was not
 * @param chosenBy why it was run: {@code predicted} or {@code random}; empty if it was not
 */
public record ScreenRow(
    String condition,
    String kind,
    OptionalInt layer,
    OptionalInt attentionHead,
    String measure,
    double predictedChange,
    OptionalDouble exactChange,
    String chosenBy) {
  /** Chosen for the size of its predicted change. */
  public static final String PREDICTED = "predicted";

  /** Chosen by chance among the others. */
  public static final String RANDOM = "random";
}
