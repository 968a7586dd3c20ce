package io.lucerna.instrumentation.intervene;

import java.util.Locale;
import java.util.Optional;

/**
 * What an intervention did, counted at the first of its points.
 *
 * @param intervention which
 * @param texts texts that were read on its side
 * @param touched those of them that it changed
 * @param positions targeted positions of all texts; a point without positions counts one a text
 * @param missing those of them for which a recording lacks a counterpart, and that therefore stayed
 *     as they were
 */
public record Touched(
    Intervention intervention, long texts, long touched, long positions, long missing) {

  /**
   * {@return what was done to these texts and to others, by the same intervention}
   *
   * @param other counts of the same intervention
   */
  public Touched plus(Touched other) {
    return new Touched(
        intervention,
        texts + other.texts,
        touched + other.touched,
        positions + other.positions,
        missing + other.missing);
  }

  /** {@return what is wrong, if nothing was changed} */
  public Optional<String> problem() {
    if (touched > 0) {
      return Optional.empty();
    }
    String why;
    if (texts == 0) {
      why = "was never reached: no text was read on its side";
    } else if (positions == 0) {
      why =
          texts == 1
              ? "changed nothing: the text has no such position"
              : "changed nothing: none of the " + texts + " texts has such a position";
    } else {
      why =
          "changed nothing: none of the "
              + positions
              + " targeted positions has a counterpart in the recording";
    }
    return Optional.of("the intervention '" + intervention + "' " + why);
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %d of %d texts, %d positions%s",
        intervention,
        touched,
        texts,
        positions - missing,
        missing == 0 ? "" : ", " + missing + " without a counterpart left unchanged");
  }
}
