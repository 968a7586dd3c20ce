package io.lucerna.studies.ranking;

import io.lucerna.studies.table.Table;
import java.util.OptionalDouble;

/**
 * A condition against the model as it is, by one measure: a row of {@code comparison.csv}.
 *
 * @param condition its id
 * @param measure its name, {@code nDCG@10}
 * @param statistics of the condition's ranking against that without intervention
 * @param kendallTau mean over topics of the rank correlation of both rankings
 * @param swappedPairs sum over topics of pairs of documents in another order
 * @param meanMove mean over topics of the places that a document moved on average
 */
public record Contrast(
    String condition,
    String measure,
    Statistics statistics,
    OptionalDouble kendallTau,
    long swappedPairs,
    OptionalDouble meanMove) {
  /** The table of all. */
  public static final Table<Contrast> TABLE = Table.of(Contrast.class, "condition", "measure");
}
