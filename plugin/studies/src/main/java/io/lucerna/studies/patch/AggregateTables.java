package io.lucerna.studies.patch;

import io.lucerna.eval.ClusteredRatios;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.studies.table.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.commons.csv.CSVPrinter;

/** The tables of aggregates. */
final class AggregateTables {
  /** The column of the aggregate; pandas takes {@code aggregate} for a method. */
  static final String STATISTIC = "statistic";

  /** The column of how effects were found. */
  static final String METHOD = "method";

  /** The stratum of the pairs of one of several perturbations. */
  static final String PERTURBATION = "perturbation";

  /** Separates a perturbation from a part of its pairs. */
  private static final String WITHIN = "+";

  private AggregateTables() {}

  /** One row for each direction, method, stratum, cell and aggregate. */
  static void write(List<Aggregates> all, Path file) throws IOException {
    CellSpace space = all.getFirst().space();
    List<String> header = new ArrayList<>(List.of("direction", METHOD, "stratum", "level"));
    header.addAll(space.columns());
    if (space.positions()) {
      header.add("role");
    }
    header.addAll(
        List.of(STATISTIC, "value", "ci_lower", "ci_upper", "pairs", "queries", "mean_change"));
    Csv.write(
        file,
        header,
        csv -> {
          for (Aggregates aggregates : all) {
            for (Aggregates.Level level : aggregates.levels()) {
              for (int cell : aggregates.present()) {
                print(csv, aggregates, level, cell);
              }
            }
          }
        });
  }

  private static void print(CSVPrinter csv, Aggregates aggregates, Aggregates.Level level, int cell)
      throws IOException {
    CellSpace space = aggregates.space();
    NodeEffect value = level.cells().get(cell);
    for (RatioAggregate aggregate : RatioAggregate.values()) {
      Estimate estimate = value.get(aggregate);
      csv.print(aggregates.rows().direction().option());
      csv.print(aggregates.rows().way().method().option());
      csv.print(aggregates.of().name().map(k -> stratum(level)).orElse(level.stratum().name()));
      csv.print(aggregates.of().name().map(k -> k + within(level)).orElse(level.stratum().level()));
      for (String label : space.fields(space.outerCell(cell))) {
        csv.print(label);
      }
      if (space.positions()) {
        csv.print(space.role(cell).option());
      }
      csv.print(aggregate.option());
      csv.print(Csv.field(estimate.value()));
      csv.print(Csv.field(estimate.lower()));
      csv.print(Csv.field(estimate.upper()));
      csv.print(value.pairs());
      csv.print(level.queries());
      csv.print(Csv.field(level.meanChange()));
      csv.println();
    }
  }

  /** What divides the pairs of one of several perturbations. */
  private static String stratum(Aggregates.Level level) {
    Stratum own = level.stratum();
    return own.isAll() ? PERTURBATION : PERTURBATION + WITHIN + own.name();
  }

  /** The part of a perturbation's pairs, behind its name. */
  private static String within(Aggregates.Level level) {
    return level.stratum().isAll() ? "" : WITHIN + level.stratum().level();
  }

  /**
   * For each stratum that rows may have, the level that a pair is of.
   *
   * @param perturbation the pair's
   * @param grade the level of its grade
   * @param band its band among the pairs of its perturbation
   * @param pooled its band among all pairs
   */
  static Map<String, String> levels(String perturbation, String grade, String band, String pooled) {
    return Map.of(
        Stratum.ALL,
        Stratum.ALL,
        Stratum.GRADE,
        grade,
        Stratum.IDF,
        pooled,
        PERTURBATION,
        perturbation,
        PERTURBATION + WITHIN + Stratum.GRADE,
        perturbation + WITHIN + grade,
        PERTURBATION + WITHIN + Stratum.IDF,
        perturbation + WITHIN + band);
  }

  /**
   * Means of ratios in the layout in which MechIR's head maps were published: {@code
   * model,axiom,grade,layer,head,value} with the grades {@code all} and {@code rel_0}, ...
   */
  static void writeHeads(String model, WayRows rows, CellSpace space, Path file)
      throws IOException {
    Map<String, Map<String, List<Integer>>> groups = new TreeMap<>();
    for (int i = 0; i < rows.rows().size(); i++) {
      WayRows.Row row = rows.rows().get(i);
      if (row.used()) {
        Map<String, List<Integer>> grades =
            groups.computeIfAbsent(
                row.pair().perturbation(),
                p -> new TreeMap<>(Comparator.comparing(String::length).thenComparing(g -> g)));
        grades.computeIfAbsent(Stratum.ALL, g -> new ArrayList<>()).add(i);
        OptionalInt grade = row.pair().grade();
        if (grade.isPresent()) {
          grades.computeIfAbsent("rel_" + grade.getAsInt(), g -> new ArrayList<>()).add(i);
        }
      }
    }
    List<HeadMaps.Row> all = new ArrayList<>();
    for (Map.Entry<String, Map<String, List<Integer>>> axiom : groups.entrySet()) {
      for (Map.Entry<String, List<Integer>> grade : axiom.getValue().entrySet()) {
        int[] chosen = grade.getValue().stream().mapToInt(Integer::intValue).toArray();
        double[] means = meanRatios(rows, space, chosen);
        for (int cell = 0; cell < means.length; cell++) {
          List<String> labels = space.labels(cell);
          all.add(
              new HeadMaps.Row(
                  model,
                  axiom.getKey(),
                  grade.getKey(),
                  Integer.parseInt(labels.getFirst()),
                  Integer.parseInt(labels.getLast()),
                  means[cell]));
        }
      }
    }
    HeadMaps.TABLE.write(file, all.stream());
  }

  /** The same numbers as in the table of aggregates. */
  private static double[] meanRatios(WayRows rows, CellSpace space, int[] chosen)
      throws IOException {
    double[] changes = new double[chosen.length];
    int[] clusters = new int[chosen.length];
    Map<String, Integer> numbers = new TreeMap<>();
    for (int i = 0; i < chosen.length; i++) {
      WayRows.Row row = rows.rows().get(chosen[i]);
      changes[i] = row.change();
      clusters[i] = numbers.computeIfAbsent(row.pair().qid(), q -> numbers.size());
    }
    double[][] moves = rows.moves().columns(0, space.size(), chosen);
    return new ClusteredRatios(changes, clusters, 0, 1)
        .of(moves).stream()
            .map(Map::copyOf)
            .map(m -> m.get(RatioAggregate.MEAN_OF_RATIOS))
            .mapToDouble(e -> e == null ? Double.NaN : e.value())
            .toArray();
  }
}
