package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.studies.table.Csv;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.csv.CSVPrinter;

/** The tables that have rows for single pairs. */
final class PairTables {
  private final StudyData data;
  private final Path folder;

  PairTables(StudyData data, Path folder) {
    this.data = data;
    this.folder = folder;
  }

  /** One row for each direction and swept pair; {@code row} is the place in the arrays. */
  void pairs() throws IOException {
    Map<String, IdfBands> bands = new HashMap<>();
    for (String kind : data.perturbations()) {
      bands.put(kind, data.bands(new Perturbed(Optional.of(kind), "", kind)));
    }
    Csv.write(
        folder.resolve("pairs.csv"),
        List.of(
            "direction",
            "row",
            "pair",
            "qid",
            "docid",
            "perturbation",
            "grade",
            "idf",
            "idf_band",
            "bm25_change",
            "recipient",
            "donor",
            "change",
            "used"),
        csv -> {
          for (WayRows rows : data.directions()) {
            for (int i = 0; i < rows.rows().size(); i++) {
              WayRows.Row row = rows.rows().get(i);
              ContrastPair pair = row.pair();
              csv.printRecord(
                  rows.direction().option(),
                  i,
                  pair.id(),
                  pair.qid(),
                  pair.docid(),
                  pair.perturbation(),
                  Csv.field(pair.grade()),
                  Csv.field(pair.idf()),
                  Objects.requireNonNull(bands.get(pair.perturbation())).of(pair),
                  Csv.field(bm25Change(pair)),
                  row.recipient(),
                  row.donor(),
                  row.change(),
                  row.used() ? 1 : 0);
            }
          }
        });
  }

  private static OptionalDouble bm25Change(ContrastPair pair) {
    return pair.bm25Base().isPresent() && pair.bm25Perturbed().isPresent()
        ? OptionalDouble.of(pair.bm25Perturbed().getAsDouble() - pair.bm25Base().getAsDouble())
        : OptionalDouble.empty();
  }

  /** One row for each swept pair, direction, method and cell. */
  void effects() throws IOException {
    CellSpace space = data.space();
    List<String> header = new ArrayList<>(List.of("direction", AggregateTables.METHOD, "pair"));
    header.addAll(space.columns());
    if (space.positions()) {
      header.addAll(List.of(Axis.POSITION, "token", "role"));
    }
    header.addAll(List.of("patched", "effect"));
    List<List<String>> labels = new ArrayList<>();
    for (int i = 0; i < space.outerSize(); i++) {
      labels.add(space.fields(i));
    }
    Csv.write(
        folder.resolve("effects.csv"),
        header,
        csv ->
            data.forEach(
                (row, pair, swept) -> {
                  for (WayRows rows : data.ways()) {
                    effects(csv, pair, rows, swept.in(rows.way()).orElseThrow(), labels);
                  }
                }));
  }

  private void effects(
      CSVPrinter csv,
      ContrastPair pair,
      WayRows rows,
      PairOutcome.Patched patched,
      List<List<String>> labels)
      throws IOException {
    SweepResult result = patched.result();
    boolean used = rows.reaches(pair, patched.change());
    int length = data.space().positions() ? result.tokens().size() : 1;
    for (int i = 0; i < result.patched().length; i++) {
      csv.print(rows.direction().option());
      csv.print(rows.way().method().option());
      csv.print(pair.id());
      for (String label : labels.get(i / length)) {
        csv.print(label);
      }
      if (data.space().positions()) {
        Token token = result.tokens().get(i % length);
        csv.print(i % length);
        csv.print(token.piece());
        csv.print(token.role().option());
      }
      csv.print(result.patched()[i]);
      csv.print(used ? (Object) effect(result, result.patched()[i]) : "");
      csv.println();
    }
  }

  /** Where a score stands between the recipient's (0, never -0) and the donor's (1). */
  static double effect(SweepResult result, float score) {
    double moved = (double) score - result.recipient();
    return moved / ((double) result.donor() - result.recipient()) + 0.0;
  }

  /** One row for each direction and swept pair. */
  void controls() throws IOException {
    Csv.write(
        folder.resolve("controls.csv"),
        List.of(
            "direction",
            "pair",
            "recipient",
            "donor",
            "empty_score",
            "empty_effect",
            "full_score",
            "full_effect",
            "unrelated_score",
            "unrelated_effect",
            "filler_tokens",
            "base_alone",
            "perturbed_alone",
            "filler_effect_base",
            "filler_effect_perturbed"),
        csv ->
            data.forEach(
                (row, pair, swept) -> {
                  for (WayRows rows : data.directions()) {
                    controls(csv, pair, rows, swept);
                  }
                }));
  }

  private void controls(CSVPrinter csv, ContrastPair pair, WayRows rows, PairOutcome.Swept swept)
      throws IOException {
    PairOutcome.Patched patched = swept.in(rows.way()).orElseThrow();
    SweepResult result = patched.result();
    boolean used = rows.reaches(pair, patched.change());
    Filler filler = Filler.of(swept, result);
    boolean alone = rows.reaches(pair, filler.change());
    csv.printRecord(
        result.direction().option(),
        pair.id(),
        result.recipient(),
        result.donor(),
        patched.empty(),
        used ? effect(result, patched.empty()) : "",
        patched.full(),
        used ? effect(result, patched.full()) : "",
        Csv.field(patched.unrelated()),
        used ? Csv.field(effect(result, patched.unrelated())) : "",
        filler.tokens(),
        swept.baseAlone(),
        swept.perturbedAlone(),
        alone ? filler.base() : "",
        alone ? filler.perturbed() : "");
  }

  /**
   * What filler alone does, as a share of the change that the perturbation makes without filler.
   *
   * @param tokens how many filler tokens both inputs have
   * @param change the perturbed passage's score minus the base's, both without filler
   * @param base what filler adds to the base's score, as a share of it
   * @param perturbed what it adds to the perturbed passage's
   */
  record Filler(int tokens, double change, double base, double perturbed) {
    static Filler of(PairOutcome.Swept swept, SweepResult result) {
      boolean denoise = result.direction() == Direction.DENOISE;
      double base = denoise ? result.recipient() : result.donor();
      double perturbed = denoise ? result.donor() : result.recipient();
      double change = (double) swept.perturbedAlone() - swept.baseAlone();
      return new Filler(
          fillers(swept.base()) + fillers(swept.perturbed()),
          change,
          (base - swept.baseAlone()) / change,
          (perturbed - swept.perturbedAlone()) / change);
    }

    private static int fillers(List<Token> tokens) {
      return (int) tokens.stream().filter(t -> t.role() == Role.FILLER).count();
    }
  }

  /** One row for each pair that does not count. */
  void excluded(Exclusions exclusions) throws IOException {
    Csv.write(
        folder.resolve("excluded.csv"),
        List.of("pair", "qid", "docid", "direction", "reason", "detail"),
        csv -> {
          for (Excluded excluded : exclusions.all()) {
            csv.printRecord(
                excluded.pair().id(),
                excluded.pair().qid(),
                excluded.pair().docid(),
                excluded.direction().map(Direction::option).orElse(""),
                excluded.reason(),
                excluded.detail());
          }
        });
  }
}
