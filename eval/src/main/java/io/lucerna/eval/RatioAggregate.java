package io.lucerna.eval;

import java.util.Locale;

/** How many ratios become one number. */
public enum RatioAggregate {
  /** Sum of the numerators over sum of the denominators: small denominators weigh little. */
  RATIO_OF_SUMS,
  /** Mean of the ratios: every item weighs the same, and one small denominator can rule it. */
  MEAN_OF_RATIOS,
  /** Median of the ratios, the mean of the middle two where their number is even. */
  MEDIAN;

  /** {@return the name in files: {@code ratio-of-sums}} */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
