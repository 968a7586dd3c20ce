package io.lucerna.reranker;

/** Which output of a classifier, or of the answers no and yes, is the score. */
public enum Label {
  /** Label 0. */
  FIRST("0"),
  /** Label 1 of two, the only one of one. */
  LAST("1"),
  /** Label 1 minus label 0: the log odds of a two-label softmax. */
  DIFFERENCE("difference"),
  /** The logarithm of label 1's share in a softmax over both (Nogueira et al. 2020, section 2). */
  LOG_PROBABILITY("logprob");

  private final String option;

  Label(String option) {
    this.option = option;
  }

  /**
   * {@return the label of an option's value: {@code 0}, {@code 1}, {@code difference} or {@code
   * logprob}}
   *
   * @param option the option's value
   * @throws IllegalArgumentException naming these
   */
  public static Label parse(String option) {
    for (Label label : values()) {
      if (label.option.equals(option)) {
        return label;
      }
    }
    throw new IllegalArgumentException("label must be 0, 1, difference or logprob, got " + option);
  }

  float of(float[] logits) {
    return switch (this) {
      case FIRST -> logits[0];
      case LAST -> logits[logits.length - 1];
      case DIFFERENCE -> logits[1] - logits[0];
      case LOG_PROBABILITY -> (float) -softplus((double) logits[0] - logits[1]);
    };
  }

  /** The derivatives of the score by the logits. */
  float[] slope(float[] logits) {
    float[] slope = new float[logits.length];
    switch (this) {
      case FIRST -> slope[0] = 1;
      case LAST -> slope[logits.length - 1] = 1;
      case DIFFERENCE -> {
        slope[0] = -1;
        slope[1] = 1;
      }
      case LOG_PROBABILITY -> {
        double first = 1 / (1 + Math.exp((double) logits[1] - logits[0]));
        slope[0] = (float) -first;
        slope[1] = (float) first;
      }
    }
    return slope;
  }

  /**
   * The score as a weighted sum of the logits. A logarithm of a probability is that of equal
   * logits, and the rest in proportion to their difference.
   */
  Reading.Linear linear(float[] logits) {
    if (this != LOG_PROBABILITY) {
      return new Reading.Linear(slope(logits), 0);
    }
    double difference = (double) logits[1] - logits[0];
    double equal = -Math.log(2);
    double share = difference == 0 ? 0.5 : (-softplus(-difference) - equal) / difference;
    return new Reading.Linear(new float[] {(float) -share, (float) share}, equal);
  }

  /** log(1 + e^x) without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  @Override
  public String toString() {
    return option;
  }
}
