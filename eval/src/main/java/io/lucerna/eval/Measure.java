package io.lucerna.eval;

import io.lucerna.base.Given;
import java.util.List;
import java.util.OptionalInt;

/**
 * An effectiveness measure with its parameters: a value that knows how it is called in trec_eval
 * ({@code ndcg_cut_10}) and in ir-measures ({@code nDCG@10}) and what it gives for a topic.
 *
 * <p>Two measures are equal when they have the same name. Immutable.
 */
public final class Measure {
  /** How the values of the topics become one number. */
  enum Summary {
    MEAN,
    /** exp of the mean of logs, where values below 0.00001 count as that; trec_eval's gm_map. */
    GEOMETRIC_MEAN,
    SUM,
    /** The sum; but all topics of the qrels count where the average is over all of them. */
    SUM_OVER_JUDGED
  }

  private final String trecName;
  private final String irName;
  private final Summary summary;
  private final boolean takesLevel;
  private final OptionalInt level;
  private final Formula formula;

  /**
   * A measure.
   *
   * @param takesLevel whether it knows relevant and not relevant alone, from some grade on
   * @param level the lowest relevant grade that it states itself
   */
  Measure(
      String trecName,
      String irName,
      Summary summary,
      boolean takesLevel,
      OptionalInt level,
      Formula formula) {
    this.trecName = trecName;
    this.irName = irName;
    this.summary = summary;
    this.takesLevel = takesLevel;
    this.level = level;
    this.formula = formula;
  }

  /**
   * Reads the name of one measure in trec_eval's or ir-measures' language, or as others spell it:
   * {@code ndcg_cut.10}, {@code ndcg_cut_10}, {@code map}, {@code nDCG@10}, {@code AP(rel=2)},
   * {@code MRR@10}.
   *
   * @param name the name, with its parameters
   * @return the measure
   * @throws IllegalArgumentException if there is no such measure, or the name stands for several
   */
  public static Measure parse(String name) {
    List<Measure> measures = parseAll(name);
    if (measures.size() != 1) {
      throw new IllegalArgumentException(
          "'" + name + "' stands for " + measures.size() + " measures where one is wanted");
    }
    return measures.get(0);
  }

  /**
   * Reads a name that may stand for several measures, as trec_eval's {@code P.5,10}, {@code P} and
   * {@code official} do; or one as in {@link #parse}.
   *
   * @param name the name, with or without parameters
   * @return the measures in the order of printing
   * @throws IllegalArgumentException if there is no such measure
   */
  public static List<Measure> parseAll(String name) {
    return MeasureSelection.of(List.of(Given.value(name, "the measure's name"))).measures();
  }

  /**
   * {@return trec_eval's name, {@code ndcg_cut_10}; the ir-measures name where trec_eval has none}
   */
  public String trecName() {
    return trecName;
  }

  /**
   * {@return the name in ir-measures, {@code nDCG@10}; trec_eval's name where that has none} No two
   * measures share it, and {@link #parse} reads it.
   */
  public String irName() {
    return irName;
  }

  /**
   * {@return whether the summary of the topics is their mean: not so for counts and geometric
   * means}
   */
  public boolean isMean() {
    return summary == Summary.MEAN;
  }

  /**
   * {@return whether it depends on the lowest relevant grade of an evaluation: not so where every
   * grade counts for itself, as in nDCG, and where the measure states its own grade, as {@code
   * AP(rel=2)} does}
   */
  public boolean usesLevel() {
    return takesLevel && level.isEmpty();
  }

  Summary summary() {
    return summary;
  }

  /** Whether values are counts: trec_eval prints them without decimals and does not average. */
  boolean isCount() {
    return summary == Summary.SUM || summary == Summary.SUM_OVER_JUDGED;
  }

  /**
   * @param defaultLevel the lowest relevant grade, unless the measure states its own
   */
  double of(JudgedRanking topic, int defaultLevel) {
    return formula.of(topic, level.orElse(defaultLevel));
  }

  /** The lowest relevant grade that the measure states; empty if it goes by that of all. */
  OptionalInt level() {
    return level;
  }

  /** This measure with its own lowest relevant grade, named as ir-measures does. */
  Measure withLevel(int ownLevel) {
    int at = irName.indexOf('@');
    String base = at < 0 ? irName : irName.substring(0, at);
    String name = base + "(rel=" + ownLevel + ")" + (at < 0 ? "" : irName.substring(at));
    return new Measure(name, name, summary, takesLevel, OptionalInt.of(ownLevel), formula);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Measure that && irName.equals(that.irName);
  }

  @Override
  public int hashCode() {
    return irName.hashCode();
  }

  @Override
  public String toString() {
    return irName;
  }
}
