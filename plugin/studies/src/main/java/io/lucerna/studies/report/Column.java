package io.lucerna.studies.report;

import java.util.List;
import java.util.function.DoubleFunction;
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
          of("value", "mean", "mean over topics", Contrast::value, Digits::value),
          of("change", "change", "mean minus baseline", Contrast::change, Digits::change),
          of(
              "relative_change",
              "change %",
              "change over baseline",
              Contrast::relativeChange,
              Digits::percent),
          of("ci_lower", "lower 95%", "bootstrap interval", Contrast::lower, Digits::change),
          of("ci_upper", "upper 95%", "bootstrap interval", Contrast::upper, Digits::change),
          of("p_t", "p t-test", "paired t-test", Contrast::tTest, Digits::p),
          of(
              "p_t_adjusted",
              "p t-test, adjusted",
              "corrected over conditions",
              Contrast::adjustedTTest,
              Digits::p),
          of("p_randomization", "p flips", "random sign flips", Contrast::randomization, Digits::p),
          of(
              "p_randomization_adjusted",
              "p flips, adjusted",
              "corrected over conditions",
              Contrast::adjustedRandomization,
              Digits::p),
          of("d_z", "d_z", "change over its deviation", Contrast::effectSize, Digits::two),
          of("wins", "wins", "topics with a higher value", Contrast::wins, Digits::count),
          of("ties", "ties", "topics with the same value", Contrast::ties, Digits::count),
          of("losses", "losses", "topics with a lower value", Contrast::losses, Digits::count),
          of(
              "p_equivalence",
              "p equivalence",
              "two one-sided tests against the margin; not corrected",
              Contrast::equivalence,
              Digits::p),
          of(
              "kendall_tau",
              "Kendall tau",
              "agreement of both whole rankings, mean over topics",
              Contrast::kendallTau,
              Digits::value),
          of(
              "swapped_pairs",
              "swapped pairs",
              "pairs of documents in another order, sum over topics",
              Contrast::swappedPairs,
              Digits::count),
          of(
              "mean_move",
              "mean move",
              "places that a document moved, mean over topics",
              Contrast::meanMove,
              Digits::places));

  private static Column of(
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

  /** As the study's file has it: empty where not defined, counts without a point. */
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
