package io.lucerna.studies.patch;

import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import java.util.Map;

/**
 * How much of a change some part of a model carries, over pairs: 0 nothing of it, 1 all of it.
 *
 * @param node the part: {@code L5H7}, {@code layer 3}, {@code resid_pre, layer 3, match}
 * @param pairs how many pairs have it
 * @param estimates all aggregates, with 95% intervals from a bootstrap over whole queries
 */
public record NodeEffect(String node, int pairs, Map<RatioAggregate, Estimate> estimates) {
  /** Copies the estimates. */
  public NodeEffect {
    estimates = Map.copyOf(estimates);
  }

  /**
   * {@return one of the aggregates}
   *
   * @param aggregate how the pairs' changes become one number
   */
  public Estimate get(RatioAggregate aggregate) {
    Estimate estimate = estimates.get(aggregate);
    if (estimate == null) {
      throw new IllegalStateException("no " + aggregate);
    }
    return estimate;
  }

  /**
   * {@return the ratio of sums, by which parts are ranked unless the settings have another
   * headline: pairs that change much weigh much}
   */
  public Estimate effect() {
    return get(RatioAggregate.RATIO_OF_SUMS);
  }
}
