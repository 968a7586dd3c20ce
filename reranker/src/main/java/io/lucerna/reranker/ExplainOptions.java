package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.model.Biases;

/**
 * How a score is divided.
 *
 * @param biases what becomes of biases
 * @param detail whether components are divided among tokens ({@link ScoreParts.SideParts#byBoth()})
 *     and it is said where two texts meet ({@link ScoreParts#meeting()}): by far the most of the
 *     work
 */
public record ExplainOptions(Biases biases, boolean detail) {
  /** Biases are a part of their own, and all detail is given. */
  public static final ExplainOptions DEFAULT = new ExplainOptions(Biases.OWN, true);

  /** For {@link #DEFAULT} and what is made of it. */
  @Internal
  public ExplainOptions {
    Given.value(biases, "what becomes of biases");
  }

  /**
   * {@return the same with another rule for biases}
   *
   * @param other what becomes of them
   */
  public ExplainOptions withBiases(Biases other) {
    return new ExplainOptions(other, detail);
  }

  /**
   * {@return the same with or without detail}
   *
   * @param wanted whether it is given; where tokens share biases, components are divided anyway
   */
  public ExplainOptions withDetail(boolean wanted) {
    return new ExplainOptions(biases, wanted);
  }
}
