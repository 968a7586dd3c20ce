package io.lucerna.eval;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How many ratios become one number. */
public enum RatioAggregate {
  /** Sum of the numerators over sum of the denominators: small denominators weigh little. */
  RATIO_OF_SUMS,
  /** Mean of the ratios: every item weighs the same, and one small denominator can rule it. */
  MEAN_OF_RATIOS,
  /** Median of the ratios, the mean of the middle two where their number is even. */
  MEDIAN,
  /**
   * Mean of numerator over sqrt(1 + denominator^2): an item whose denominator is small against 1
   * weighs as little as it is, where its ratio could be anything (Polyakov, Chen and Eickhoff,
   * SIGIR 2025, the robust effect). Its sign is the numerator's.
   */
  MEAN_ROBUST;

  /**
   * {@return all of them, with one before the others}
   *
   * @param first the one
   */
  public static List<RatioAggregate> headed(RatioAggregate first) {
    return Stream.concat(Stream.of(first), Stream.of(values()).filter(one -> one != first))
        .toList();
  }

  /** {@return the name in files: {@code ratio-of-sums}} */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
