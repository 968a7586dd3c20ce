package io.lucerna.studies.patch;

import static io.lucerna.studies.chart.PlainText.escaped;

import io.lucerna.base.Counted;
import io.lucerna.eval.Agreement;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.studies.table.Csv;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a method's effects agree with the exact ones, over the pairs that count and were swept in
 * both ways, and what the method took.
 *
 * @param way the direction and the method
 * @param of the pairs of which perturbation
 * @param queries how many queries these pairs have
 * @param agreement of the means over pairs of how far cells move the score
 * @param pairs for how many pairs the cost is the mean
 * @param spent by all of these
 */
record MethodAgreement(
    Way way, Perturbed of, int queries, Agreement agreement, int pairs, PairOutcome.Spent spent) {

  /** Cells that are worked on at once; what they need of each pair is in memory. */
  private static final int BLOCK = 64;

  /** One for each direction, perturbation and method; none where nothing is compared. */
  static List<MethodAgreement> of(PatchSettings settings, StudyData data, List<Perturbed> kinds)
      throws IOException {
    List<MethodAgreement> all = new ArrayList<>();
    for (WayRows rows : settings.sweep().compares() ? data.compared() : List.<WayRows>of()) {
      Optional<WayRows> exact = data.exact(rows.direction());
      for (Perturbed of : exact.isPresent() ? kinds : List.<Perturbed>of()) {
        of(settings, data, rows, exact.orElseThrow(), of).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Optional<MethodAgreement> of(
      PatchSettings settings, StudyData data, WayRows rows, WayRows exact, Perturbed of)
      throws IOException {
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < exact.rows().size(); i++) {
      places.put(exact.rows().get(i).pair().id(), i);
    }
    WayRows counting = data.direction(rows.direction());
    int[] own =
        IntStream.range(0, rows.rows().size())
            .filter(
                i -> {
                  WayRows.Row row = rows.rows().get(i);
                  return of.has(row.pair())
                      && places.containsKey(row.pair().id())
                      && counting.reaches(row.pair(), row.change());
                })
            .toArray();
    if (own.length == 0) {
      return Optional.empty();
    }
    int[] theirs = new int[own.length];
    int[] queries = new int[own.length];
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < own.length; i++) {
      ContrastPair pair = rows.rows().get(own[i]).pair();
      theirs[i] = places.getOrDefault(pair.id(), -1);
      queries[i] = numbers.computeIfAbsent(pair.qid(), query -> numbers.size());
    }
    Agreement.Builder agreement = new Agreement.Builder(queries);
    int cells = data.space().size();
    for (int from = 0; from < cells; from += BLOCK) {
      int to = Math.min(from + BLOCK, cells);
      double[][] estimated = rows.moves().columns(from, to, own);
      double[][] effects = exact.moves().columns(from, to, theirs);
      for (int i = 0; i < effects.length; i++) {
        agreement.add(estimated[i], effects[i]);
      }
    }
    return Optional.of(
        new MethodAgreement(
            rows.way(),
            of,
            numbers.size(),
            agreement.build(settings.sweep().seed(), rows.way().isExact() ? 0 : settings.rounds()),
            rows.measured(),
            rows.spent()));
  }

  private double perPair(long passes) {
    return (double) passes / pairs;
  }

  /** One row for each. */
  static void write(List<MethodAgreement> all, Path file) throws IOException {
    Csv.write(
        file,
        List.of(
            "direction",
            AggregateTables.METHOD,
            "perturbation",
            "pairs",
            "queries",
            "cells",
            "pearson",
            "spearman",
            "ci_lower",
            "ci_upper",
            "pearson_of_pairs",
            "top10",
            "signs",
            "forwards",
            "backwards",
            "seconds"),
        csv -> {
          for (MethodAgreement one : all) {
            Agreement agreement = one.agreement;
            PatchingSweep.Cost cost = one.spent.cost();
            csv.printRecord(
                one.way.direction().option(),
                one.way.method().option(),
                one.of.name().orElse(Stratum.ALL),
                agreement.items(),
                one.queries,
                agreement.parts(),
                Csv.field(agreement.pearson()),
                Csv.field(agreement.spearman().value()),
                Csv.field(agreement.spearman().lower()),
                Csv.field(agreement.spearman().upper()),
                Csv.field(agreement.pearsonOfItems()),
                Csv.field(agreement.overlap()),
                Csv.field(agreement.signs()),
                one.perPair(cost.forwards()),
                one.perPair(cost.backwards()),
                one.spent.seconds() / one.pairs);
          }
        });
  }

  /** In a line for people. */
  String words() {
    return String.format(
        Locale.ROOT,
        "%s against exact, %s of %s: Pearson %s, Spearman %s%s, %s; %.1f"
            + " forward and %.1f backward passes a pair",
        of.words(way.words()),
        Counted.of(agreement.items(), "pair"),
        Counted.of(queries, "query"),
        number(agreement.pearson()),
        Figures.describe(agreement.spearman()),
        Double.isNaN(agreement.overlap())
            ? ""
            : String.format(
                Locale.ROOT, ", %.0f%% of the top %d", 100 * agreement.overlap(), Agreement.TOP),
        Double.isNaN(agreement.signs())
            ? "no signs to compare"
            : String.format(Locale.ROOT, "%.0f%% of signs agree", 100 * agreement.signs()),
        perPair(spent.cost().forwards()),
        perPair(spent.cost().backwards()));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "not defined" : String.format(Locale.ROOT, "%.4f", value);
  }

  /** A table for a page. */
  static String html(List<MethodAgreement> all) {
    StringBuilder out =
        new StringBuilder(
            "<p class=\"quiet\">Of the means over pairs. Costs are means of a pair.</p>\n"
                + "<div class=\"scroll\"><table id=\"agreement\"><thead><tr>");
    for (String column :
        List.of(
            "method",
            "pairs",
            "queries",
            "cells",
            "Pearson",
            "Spearman",
            "Pearson over pairs",
            "top " + Agreement.TOP,
            "signs",
            "forward",
            "backward",
            "ms")) {
      out.append("<th>").append(column).append("</th>");
    }
    out.append("</tr></thead><tbody>\n");
    for (MethodAgreement one : all) {
      Agreement agreement = one.agreement;
      out.append("<tr><th scope=\"row\">").append(escaped(one.of.words(one.way.words())));
      out.append("</th>");
      for (String cell :
          List.of(
              "" + agreement.items(),
              "" + one.queries,
              "" + agreement.parts(),
              number(agreement.pearson()),
              Figures.describe(agreement.spearman()),
              number(agreement.pearsonOfItems()),
              Double.isNaN(agreement.overlap())
                  ? "-"
                  : String.format(Locale.ROOT, "%.2f", agreement.overlap()),
              number(agreement.signs()),
              String.format(Locale.ROOT, "%.1f", one.perPair(one.spent.cost().forwards())),
              String.format(Locale.ROOT, "%.1f", one.perPair(one.spent.cost().backwards())),
              String.format(Locale.ROOT, "%.1f", 1e3 * one.spent.seconds() / one.pairs))) {
        out.append("<td>").append(escaped(cell)).append("</td>");
      }
      out.append("</tr>\n");
    }
    return out.append("</tbody></table></div>\n").toString();
  }
}
