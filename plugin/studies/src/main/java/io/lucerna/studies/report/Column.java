package io.lucerna.studies.report;

import io.lucerna.studies.ranking.Contrast;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A column of the comparison table.
 *
 * @param file its name in {@code comparison.csv}
 * @param heading its name for people
 * @param about what it is
 * @param number its value
 * @param form how it is printed
 */
record Column(
    String file,
    String heading,
    String about,
    ToDoubleFunction<Contrast> number,
    DoubleFunction<String> form) {

  /** All columns of numbers, in their order. */
  static final List<Column> ALL =
      List.of(
          given("value", "mean", "mean over topics", c -> c.statistics().value(), Digits::value),
          given(
              "change",
              "change",
              "mean minus baseline",
              c -> c.statistics().change(),
              Digits::change),
          of(
              "relative_change",
              "change %",
              "change over baseline",
              c -> c.statistics().relativeChange(),
              Digits::percent),
          of(
              "ci_lower",
              "lower 95%",
              "bootstrap interval",
              c -> c.statistics().ciLower(),
              Digits::change),
          of(
              "ci_upper",
              "upper 95%",
              "bootstrap interval",
              c -> c.statistics().ciUpper(),
              Digits::change),
          of("p_t", "p t-test", "paired t-test", c -> c.statistics().pT(), Digits::p),
          of(
              "p_t_adjusted",
              "p t-test, adjusted",
              "corrected over conditions",
              c -> c.statistics().pTAdjusted(),
              Digits::p),
          of(
              "p_randomization",
              "p flips",
              "random sign flips",
              c -> c.statistics().pRandomization(),
              Digits::p),
          of(
              "p_randomization_adjusted",
              "p flips, adjusted",
              "corrected over conditions",
              c -> c.statistics().pRandomizationAdjusted(),
              Digits::p),
          of("d_z", "d_z", "change over its deviation", c -> c.statistics().dZ(), Digits::two),
          given(
              "wins",
              "wins",
              "topics with a higher value",
              c -> c.statistics().wins(),
              Digits::count),
          given(
              "ties",
              "ties",
              "topics with the same value",
              c -> c.statistics().ties(),
              Digits::count),
          given(
              "losses",
              "losses",
              "topics with a lower value",
              c -> c.statistics().losses(),
              Digits::count),
          of(
              "p_equivalence",
              "p equivalence",
              "two one-sided tests against the margin; not corrected",
              c -> c.statistics().pEquivalence(),
              Digits::p),
          of(
              "kendall_tau",
              "Kendall tau",
              "agreement of both whole rankings, mean over topics",
              c -> c.order().kendallTau(),
              Digits::value),
          given(
              "swapped_pairs",
              "swapped pairs",
              "pairs of documents in another order, sum over topics",
              c -> c.order().swappedPairs(),
              Digits::count),
          of(
              "mean_move",
              "mean move",
              "places that a document moved, mean over topics",
              c -> c.order().meanMove(),
              Digits::places));

  private static Column of(
      String file,
      String heading,
      String about,
      Function<Contrast, OptionalDouble> number,
      DoubleFunction<String> form) {
    return given(file, heading, about, c -> number.apply(c).orElse(Double.NaN), form);
  }

  private static Column given(
      String file,
      String heading,
      String about,
      ToDoubleFunction<Contrast> number,
      DoubleFunction<String> form) {
    return new Column(file, heading, about, number, form);
  }

  String print(Contrast contrast) {
    return form.apply(number.applyAsDouble(contrast));
  }

  /** All digits; empty where not defined, counts without a point. */
  String exact(Contrast contrast) {
    double value = number.applyAsDouble(contrast);
    boolean count = List.of("wins", "ties", "losses", "swapped_pairs").contains(file);
    return Double.isNaN(value) ? "" : count ? Digits.plain(value) : Double.toString(value);
  }

  /** Whether this number is what marks a row as significant. */
  boolean decides() {
    return file.equals("p_t_adjusted");
  }
}
