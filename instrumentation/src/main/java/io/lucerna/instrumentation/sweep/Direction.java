package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Locale;

/** Which run of a pair gives activations, and which one takes them. */
public enum Direction {
  /** The perturbed passage's activations go into the base passage's run. */
  DENOISE,
  /** The base passage's activations go into the perturbed passage's run. */
  NOISE;

  /**
   * {@return the input whose run takes activations}
   *
   * @param pair the two inputs
   */
  public TokenSequence recipient(AlignedPair pair) {
    return this == DENOISE ? pair.base() : pair.perturbed();
  }

  /**
   * {@return the input whose run gives activations}
   *
   * @param pair the two inputs
   */
  public TokenSequence donor(AlignedPair pair) {
    return this == DENOISE ? pair.perturbed() : pair.base();
  }

  /** {@return the name in options and files: {@code denoise} or {@code noise}} */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
