package io.lucerna.reranker;

/** Which output of a classifier is the score. */
public enum Label {
  /** Label 0. */
  FIRST("0"),
  /** Label 1 of two, the only one of one. */
  LAST("1"),
  /** Label 1 minus label 0: the log odds of a two-label softmax. */
  DIFFERENCE("difference");

  private final String option;

  Label(String option) {
    this.option = option;
  }

  /**
   * The label of an option's value: {@code 0}, {@code 1} or {@code difference}.
   *
   * @throws IllegalArgumentException naming these
   */
  public static Label parse(String option) {
    for (Label label : values()) {
      if (label.option.equals(option)) {
        return label;
      }
    }
    throw new IllegalArgumentException("label must be 0, 1 or difference, got " + option);
  }

  float of(float[] logits) {
    return switch (this) {
      case FIRST -> logits[0];
      case LAST -> logits[logits.length - 1];
      case DIFFERENCE -> logits[1] - logits[0];
    };
  }

  @Override
  public String toString() {
    return option;
  }
}
