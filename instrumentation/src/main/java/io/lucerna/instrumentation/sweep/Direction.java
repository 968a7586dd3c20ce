package io.lucerna.instrumentation.sweep;

import java.util.Locale;

/** Which run of a pair gives activations, and which one takes them. */
public enum Direction {
  /** The perturbed passage's activations go into the base passage's run. */
  DENOISE,
  /** The base passage's activations go into the perturbed passage's run. */
  NOISE;

  /** The name in options and files. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
