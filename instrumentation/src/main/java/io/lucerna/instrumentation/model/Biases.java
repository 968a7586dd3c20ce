package io.lucerna.instrumentation.model;

import java.util.Locale;

/** What becomes of the biases of maps and norms where a number is divided among tokens. */
public enum Biases {
  /** They are a part of their own. */
  OWN,
  /**
   * Tokens share every bias where it is added: of a bias b the part z_k of token k has |b . z_k|
   * over the sum of these, AbsDot (Modarressi et al. 2023, "DecompX", section 3.2).
   */
  ABSDOT;

  /**
   * {@return the constant of an option's value: {@code own} or {@code absdot}}
   *
   * @param option the option's value
   * @throws IllegalArgumentException naming these
   */
  public static Biases parse(String option) {
    return switch (option) {
      case "own" -> OWN;
      case "absdot" -> ABSDOT;
      default -> throw new IllegalArgumentException("biases are own or absdot, got " + option);
    };
  }

  /** The option's value. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
