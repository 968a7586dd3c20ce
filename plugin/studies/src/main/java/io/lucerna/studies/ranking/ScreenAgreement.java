package io.lucerna.studies.ranking;

import io.lucerna.eval.Agreement;
import io.lucerna.eval.Estimate;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How predicted changes agree with exact ones: a row of {@code agreement.csv}.
 *
 * @param measure the measure's name
 * @param chosenBy over which conditions: {@code all} that were run, or of both kinds {@code
 *     predicted} and {@code random}
 * @param conditions how many they are
 * @param topics how many topics the changes are means over
 * @param pearson of the changes; empty where one of both does not vary
 * @param spearman of the changes
 * @param ciLower the lower end of Spearman's 95% interval over topics; empty for few topics
 * @param ciUpper the upper end
 * @param pearsonOfTopics of the changes of each topic
 * @param top10 the share of the ten largest exact changes that is among the ten largest predicted
 *     ones; empty unless there are more than ten
 * @param signs the share of exact changes other than 0 whose prediction has their sign
 */
public record ScreenAgreement(
    String measure,
    String chosenBy,
    int conditions,
    int topics,
    OptionalDouble pearson,
    OptionalDouble spearman,
    OptionalDouble ciLower,
    OptionalDouble ciUpper,
    OptionalDouble pearsonOfTopics,
    OptionalDouble top10,
    OptionalDouble signs) {
  /** All conditions that were run. */
  public static final String ALL = "all";

  static ScreenAgreement of(String measure, String chosenBy, Agreement agreement) {
    Estimate spearman = agreement.spearman();
    return new ScreenAgreement(
        measure,
        chosenBy,
        agreement.parts(),
        agreement.items(),
        defined(agreement.pearson()),
        defined(spearman.value()),
        defined(spearman.lower()),
        defined(spearman.upper()),
        defined(agreement.pearsonOfItems()),
        defined(agreement.overlap()),
        defined(agreement.signs()));
  }

  /** {@return the numbers in words, for people} */
  public String words() {
    return String.format(
        Locale.ROOT,
        "Pearson %s, Spearman %s%s, of the ten largest %s, signs %s",
        two(pearson),
        two(spearman),
        ciLower.isEmpty() ? "" : " [" + two(ciLower) + ", " + two(ciUpper) + "]",
        two(top10),
        two(signs));
  }

  private static String two(OptionalDouble number) {
    return number.isEmpty() ? "-" : String.format(Locale.ROOT, "%.2f", number.getAsDouble());
  }

  private static OptionalDouble defined(double value) {
    return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
