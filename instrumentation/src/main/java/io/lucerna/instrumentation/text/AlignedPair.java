package io.lucerna.instrumentation.text;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Two inputs of the same length that differ at some positions, so that an activation of one can
 * stand in for the other's at the same position.
 *
 * @param base the input of the passage as it was
 * @param perturbed the input of the changed passage
 */
public record AlignedPair(TokenSequence base, TokenSequence perturbed) {

  /**
   * Checks that the lengths agree.
   *
   * @throws IllegalArgumentException if they do not
   */
  public AlignedPair {
    if (base.length() != perturbed.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the inputs have %d and %d tokens", base.length(), perturbed.length()));
    }
  }

  /** {@return the number of positions, of either input} */
  public int length() {
    return base.length();
  }

  /** {@return the positions where ids or types differ, from 0 and in order} */
  public int[] changed() {
    return IntStream.range(0, length())
        .filter(i -> base.ids()[i] != perturbed.ids()[i] || base.types()[i] != perturbed.types()[i])
        .toArray();
  }

  /** {@return whether ids and types are the same everywhere} */
  public boolean same() {
    return Arrays.equals(base.ids(), perturbed.ids())
        && Arrays.equals(base.types(), perturbed.types());
  }
}
