package io.lucerna.instrumentation.config;

/** How one vector is made of a text's hidden states. */
public enum Pooling {
  /** The first token's. */
  CLS,
  /** The mean over all tokens, special tokens included and padding left out. */
  MEAN,
  /** The last token's, which in a model that only looks back is the one that has seen all. */
  LAST;

  /**
   * {@return the pooling of an option's value}
   *
   * @param option {@code cls} or {@code mean}
   * @throws IllegalArgumentException naming these
   */
  public static Pooling parse(String option) {
    return switch (option) {
      case "cls" -> CLS;
      case "mean" -> MEAN;
      default -> throw new IllegalArgumentException("pooling must be cls or mean, got " + option);
    };
  }
}
