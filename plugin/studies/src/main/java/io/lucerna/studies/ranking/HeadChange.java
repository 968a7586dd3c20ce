package io.lucerna.studies.ranking;

import io.lucerna.instrumentation.sweep.Head;
import java.util.OptionalDouble;

/**
 * One head of a screen: a row of {@code heads.csv}.
 *
 * @param condition the id of what takes it away
 * @param layer the layer, from 0
 * @param attentionHead the head's number in the layer, from 0
 * @param changeNdcg10 change of nDCG@10 when it is taken away
 * @param pAdjusted p of that change, corrected for all heads
 * @param patchingEffect its effect in a patching study; empty without
 */
public record HeadChange(
    String condition,
    int layer,
    int attentionHead,
    double changeNdcg10,
    OptionalDouble pAdjusted,
    OptionalDouble patchingEffect) {
  /** {@return whether the corrected t-test says that the change is not 0} */
  public boolean significant() {
    return pAdjusted.orElse(1) < Statistics.ALPHA;
  }

  /**
   * {@return what the ids of all heads have in common that are taken away in one way: this one's
   * without the head}
   */
  public String way() {
    return without(head(), condition);
  }

  Head head() {
    return new Head(layer, attentionHead);
  }

  static String without(Head head, String condition) {
    String written = head.toString();
    int at = condition.lastIndexOf(written);
    return at < 0
        ? condition
        : condition.substring(0, at) + condition.substring(at + written.length());
  }
}
