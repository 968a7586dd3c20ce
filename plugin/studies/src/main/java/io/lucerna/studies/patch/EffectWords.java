package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.eval.RatioAggregate;

/** What pages say that an effect is. */
@Internal
public final class EffectWords {
  private EffectWords() {}

  /**
   * {@return what the numbers of lists and maps are: a sentence without its end}
   *
   * @param headline the option of the statistic that leads, by which a pair's effect is a share of
   *     its change or not
   */
  public static String of(String headline) {
    return headline.equals(RatioAggregate.MEAN_ROBUST.option())
        ? "An effect is how far one patch moves the score, divided by sqrt(1 + change^2), where"
            + " change is the donor's score minus the recipient's: 0 is no move, and one that makes"
            + " the whole change stays below 1"
        : "An effect is the share of the way from the recipient's score (0) to the donor's (1) that"
            + " one patch makes";
  }
}
