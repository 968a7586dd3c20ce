package io.lucerna.reranker;

import java.util.Locale;

/** A way to say what each token does for a score. */
public enum TokenMethod {
  /** What the token adds in the network made linear ({@link ScoreParts}). */
  DECOMPOSITION,
  /** The product of what enters the first block with the score's gradient there. */
  GRADIENT_X_INPUT,
  /**
   * The gradient's mean on the way from passage tokens that are masks to those of the passage, at
   * the midpoints of steps, times that way (Sundararajan et al. 2017). Where there is no mask, the
   * way begins at the mean of what enters the first block for the passage's tokens.
   */
  INTEGRATED_GRADIENTS,
  /** {@link io.lucerna.instrumentation.attribution.Alti}. */
  ALTI,
  /** {@link io.lucerna.instrumentation.attribution.AttentionShares}. */
  ATTENTION,
  /** Numbers drawn at random. */
  RANDOM;

  /** {@return the name in files} */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
