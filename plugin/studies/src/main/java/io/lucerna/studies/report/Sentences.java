package io.lucerna.studies.report;

import io.lucerna.base.Counted;
import io.lucerna.eval.Estimate;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.ScreenAgreement;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.ranking.Unmatched;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What a study found, in sentences of plain text. */
final class Sentences {
  private static final int NAMED = 8;

  private Sentences() {}

  static String question(StudyFiles study) {
    if (study.heads().isEmpty()) {
      return "What does each intervention do to the ranking?";
    }
    return study.patched()
        ? "Which heads carry the ranking, and are they the heads that patching points at?"
        : "Which heads carry the ranking?";
  }

  static List<String> of(StudyFiles study) {
    StudyInfo info = study.info();
    List<String> all = new ArrayList<>();
    for (String measure : info.measures()) {
      List<Contrast> contrasts = study.tested(measure);
      study.baseline(measure).ifPresent(b -> all.add(sentence(info, measure, contrasts, b)));
    }
    String first = info.measures().getFirst();
    study.agreement().stream()
        .filter(row -> row.measure().equals(first))
        .forEach(row -> all.add(agreement(row)));
    study.vectors().forEach((vector, rows) -> all.add(doses(vector, first, rows)));
    for (StudyInfo.RankCorrelation c : info.correlations()) {
      all.add(
          String.format(
              Locale.ROOT,
              "Rank correlation of both maps (%s) over %d heads%s: Spearman %s (p %s), Kendall %s.",
              c.of(),
              c.heads(),
              // Of several ways to take heads away, it is the first.
              info.ways().isEmpty()
                  ? ""
                  : ", each " + study.takenAway(info.ways().getFirst().first()),
              interval(c.spearman()),
              Digits.p(c.p()),
              Digits.two(c.kendall())));
    }
    for (StudyInfo.WayCorrelation c : info.ways()) {
      all.add(
          String.format(
              Locale.ROOT,
              "Rank correlation of the changes in nDCG@10 by %d heads, each %s (%s) or %s (%s):"
                  + " Spearman %s, Kendall %s.",
              c.heads(),
              study.takenAway(c.first()),
              c.first(),
              study.takenAway(c.other()),
              c.other(),
              interval(c.spearman()),
              Digits.two(c.kendall())));
    }
    Unmatched.line(info.unmatched(), info.conditions().size() - 1)
        .ifPresent(line -> all.add(line + "."));
    return all;
  }

  private static String interval(Estimate rho) {
    return Digits.two(rho.value())
        + (Double.isNaN(rho.lower())
            ? ""
            : " [" + Digits.two(rho.lower()) + ", " + Digits.two(rho.upper()) + "] over topics");
  }

  private static String agreement(ScreenAgreement row) {
    return String.format(
        Locale.ROOT,
        "Predicted against exact change of %s, over %s%s: %s.",
        row.measure(),
        Counted.of(row.conditions(), "condition"),
        switch (row.chosenBy()) {
          case ScreenRow.PREDICTED -> " of the largest predictions";
          case ScreenRow.RANDOM -> " chosen by chance";
          default -> "";
        },
        row.words());
  }

  private static String doses(String vector, String measure, List<DoseResponse> all) {
    List<DoseResponse> rows =
        all.stream().filter(row -> row.measure().equals(measure) && row.dose() != 0).toList();
    int directions = rows.stream().mapToInt(DoseResponse::directions).max().orElse(0);
    String changes =
        String.join(
            ", ",
            rows.stream()
                .map(row -> Digits.plain(row.dose()) + " (" + Digits.change(row.change()) + ")")
                .toList());
    List<String> outside =
        rows.stream().filter(DoseResponse::outside).map(r -> Digits.plain(r.dose())).toList();
    return String.format(
        Locale.ROOT,
        "%s: %s at dose %s.%s",
        vector,
        measure,
        changes,
        directions == 0
            ? ""
            : outside.isEmpty()
                ? " At every dose within what " + directions + " random directions do."
                : " Beyond what "
                    + directions
                    + " random directions of the same norm do at dose "
                    + String.join(", ", outside)
                    + ".");
  }

  /**
   * What conditions do to a measure.
   *
   * @param contrasts those that are tested
   * @param baseline any, for the mean without intervention
   */
  private static String sentence(
      StudyInfo info, String measure, List<Contrast> contrasts, Contrast baseline) {
    List<Contrast> significant =
        contrasts.stream()
            .filter(c -> c.statistics().significant())
            .sorted(Comparator.comparingDouble(c -> -Math.abs(c.statistics().change())))
            .toList();
    long equivalent = contrasts.stream().filter(c -> c.statistics().equivalent()).count();
    int all = contrasts.size();
    String named =
        String.join(
            ", ",
            significant.stream()
                .limit(NAMED)
                .map(c -> c.condition() + " (" + Digits.change(c.statistics().change()) + ")")
                .toList());
    long rest =
        contrasts.stream()
            .filter(c -> !c.statistics().significant() && !c.statistics().equivalent())
            .count();
    return String.format(
        Locale.ROOT,
        "%s: %s without intervention (%s). Significant change under %d of %s%s."
            + " Shown to be within \u00b1%s: %d.%s%s",
        measure,
        Digits.value(baseline.statistics().baseline()),
        Counted.of(baseline.statistics().topics(), "topic"),
        significant.size(),
        Counted.of(all, "condition"),
        named.isEmpty() ? "" : ": " + named + more(significant.size() - NAMED),
        Digits.plain(info.margin()),
        equivalent,
        rest == 0 ? "" : " Neither: " + rest + ", of which nothing is shown.",
        detectable(contrasts));
  }

  private static String detectable(List<Contrast> contrasts) {
    OptionalDouble change =
        Statistics.detectable(contrasts.stream().map(Contrast::statistics).toList());
    return change.isEmpty()
        ? ""
        : " With as many topics, a change of "
            + Digits.value(change.getAsDouble())
            + " would be found in 80% of studies (before correction; median of the conditions).";
  }

  private static String more(int left) {
    return left > 0 ? " and " + left + " more" : "";
  }
}
