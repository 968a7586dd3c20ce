package io.lucerna.studies.report;

/**
 * One head of a screen.
 *
 * @param change of nDCG@10 when it is changed
 * @param adjusted p of that change, corrected for all heads; NaN if not defined
 * @param patching its effect in the patching study; NaN without
 */
public record HeadChange(int layer, int head, double change, double adjusted, double patching) {
  /** Whether the corrected t-test says that the change is not 0. */
  boolean significant() {
    return adjusted < Contrast.ALPHA;
  }
}
