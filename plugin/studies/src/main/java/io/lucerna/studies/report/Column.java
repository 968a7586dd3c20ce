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
 * @param name in {@code comparison.csv}, and on the page
 * @param about what it is
 * @param number its value
 * @param form how it is printed
 * @param whole whether it counts something
 */
record Column(
    String name,
    String about,
    ToDoubleFunction<Contrast> number,
    DoubleFunction<String> form,
    boolean whole) {
  /** The number that marks a row as significant. */
  private static final Column DECIDES =
      of(
          "p_t_adjusted",
          "paired t-test, corrected over conditions",
          c -> c.statistics().pTAdjusted(),
          Digits::p);

  /** All columns of numbers, in their order. */
  static final List<Column> ALL =
      List.of(
          number("value", "mean over topics", c -> c.statistics().value(), Digits::value),
          number("change", "value minus baseline", c -> c.statistics().change(), Digits::change),
          of(
              "relative_change",
              "change over baseline",
              c -> c.statistics().relativeChange(),
              Digits::percent),
          of("ci_lower", "bootstrap, 95%", c -> c.statistics().ciLower(), Digits::change),
          of("ci_upper", "bootstrap, 95%", c -> c.statistics().ciUpper(), Digits::change),
          of("p_t", "paired t-test", c -> c.statistics().pT(), Digits::p),
          DECIDES,
          of(
              "p_randomization",
              "random sign flips",
              c -> c.statistics().pRandomization(),
              Digits::p),
          of(
              "p_randomization_adjusted",
              "random sign flips, corrected over conditions",
              c -> c.statistics().pRandomizationAdjusted(),
              Digits::p),
          of("d_z", "change over its deviation", c -> c.statistics().dZ(), Digits::two),
          count("wins", "topics with a higher value", c -> c.statistics().wins()),
          count("ties", "topics with the same value", c -> c.statistics().ties()),
          count("losses", "topics with a lower value", c -> c.statistics().losses()),
          of(
              "p_equivalence",
              "two one-sided tests against the margin; not corrected",
              c -> c.statistics().pEquivalence(),
              Digits::p),
          of(
              "detectable_change",
              "found by the t-test in 80% of studies of these topics; before correction",
              c -> c.statistics().detectableChange(),
              Digits::value),
          of(
              "kendall_tau",
              "agreement of both whole rankings, mean over topics",
              c -> c.order().kendallTau(),
              Digits::value),
          count(
              "swapped_pairs",
              "pairs of documents in another order, sum over topics",
              c -> c.order().swappedPairs()),
          of(
              "mean_move",
              "places that a document moved, mean over topics",
              c -> c.order().meanMove(),
              Digits::places));

  private static Column of(
      String name,
      String about,
      Function<Contrast, OptionalDouble> number,
      DoubleFunction<String> form) {
    return number(name, about, c -> number.apply(c).orElse(Double.NaN), form);
  }

  private static Column number(
      String name, String about, ToDoubleFunction<Contrast> number, DoubleFunction<String> form) {
    return new Column(name, about, number, form, false);
  }

  private static Column count(String name, String about, ToDoubleFunction<Contrast> number) {
    return new Column(name, about, number, Digits::count, true);
  }

  String print(Contrast contrast) {
    return form.apply(number.applyAsDouble(contrast));
  }

  /** All digits; empty where not defined, counts without a point. */
  String exact(Contrast contrast) {
    double value = number.applyAsDouble(contrast);
    return Double.isNaN(value) ? "" : whole ? Digits.plain(value) : Double.toString(value);
  }

  /** Whether this number is what marks a row as significant. */
  boolean decides() {
    return equals(DECIDES);
  }
}
