package io.lucerna.studies.report;

/**
 * A condition against the model as it is, by one measure. Numbers that are not defined are NaN.
 *
 * @param condition its id
 * @param baseline mean over the topics without the intervention
 * @param value mean with it
 * @param change value minus baseline
 * @param relativeChange change over baseline
 * @param tTest p of the paired t-test
 * @param adjustedTTest the same, corrected for all conditions
 * @param randomization p of random sign flips
 * @param adjustedRandomization the same, corrected
 * @param effectSize d_z: the mean change over its standard deviation
 * @param lower end of the bootstrap's 95% interval of the change
 * @param upper end of it
 * @param wins topics with a higher value
 * @param ties topics with the same
 * @param losses topics with a lower one
 * @param equivalence p of two one-sided tests against the margin
 * @param kendallTau mean over topics of the rank correlation of both rankings
 * @param swappedPairs sum over topics of pairs of documents in another order
 * @param meanMove mean over topics of the places that a document moved on average
 */
public record Contrast(
    String condition,
    String measure,
    int topics,
    double baseline,
    double value,
    double change,
    double relativeChange,
    double tTest,
    double adjustedTTest,
    double randomization,
    double adjustedRandomization,
    double effectSize,
    double lower,
    double upper,
    int wins,
    int ties,
    int losses,
    double equivalence,
    double kendallTau,
    double swappedPairs,
    double meanMove) {
  /** The level of all tests. */
  static final double ALPHA = 0.05;

  /** Whether the corrected t-test says that the change is not 0. */
  boolean significant() {
    return adjustedTTest < ALPHA;
  }

  /** Whether the equivalence test says that the change is within the margin. */
  boolean equivalent() {
    return equivalence < ALPHA;
  }
}
