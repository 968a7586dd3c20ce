package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.topics.ContrastPair;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All swept pairs in one way, row by row: scores in memory, cells in a file.
 *
 * <p>Memory grows with the pairs, not with pairs x cells.
 */
final class WayRows implements Closeable {
  /**
   * One swept pair.
   *
   * @param pair the pair
   * @param recipient the recipient's score
   * @param donor the donor's score
   * @param used whether the change reaches the floor of its perturbation, so that the pair counts
   */
  record Row(ContrastPair pair, float recipient, float donor, boolean used) {
    double change() {
      return (double) donor - recipient;
    }

    private Row used(boolean counts) {
      return new Row(pair, recipient, donor, counts);
    }
  }

  /**
   * The swept pairs of one perturbation.
   *
   * @param perturbation its name
   * @param least the size of a change from which its pairs count
   * @param swept how many pairs it has
   * @param used how many of them count
   */
  record Part(String perturbation, double least, int swept, int used) {
    /** The share of its swept pairs that do not count. */
    double dropped() {
      return (swept - used) / (double) swept;
    }
  }

  private final Way way;
  private final List<Row> rows = new ArrayList<>();
  private final MoveMatrix moves;
  private final SortedMap<String, Part> parts = new TreeMap<>();
  private PatchingSweep.Cost cost = new PatchingSweep.Cost(0, 0);
  private double seconds;
  private int measured;

  WayRows(Way way, MoveMatrix moves) {
    this.way = way;
    this.moves = moves;
  }

  void add(ContrastPair pair, PairOutcome.Patched patched, CellSpace space) throws IOException {
    SweepResult result = patched.result();
    rows.add(new Row(pair, result.recipient(), result.donor(), false));
    moves.add(space.moves(patched.result()));
    patched
        .spent()
        .ifPresent(
            spent -> {
              cost = cost.plus(spent.cost());
              seconds += spent.seconds();
              measured++;
            });
  }

  /** What those of them took for which it was measured. */
  PairOutcome.Spent spent() {
    return new PairOutcome.Spent(cost, seconds);
  }

  /** For how many it was measured. */
  int measured() {
    return measured;
  }

  /**
   * Decides which pairs count, once all are added: a floor may depend on all changes of a
   * perturbation. Those of another one do not matter, so that it counts as it would alone.
   */
  void decide(Floor floor) {
    Map<String, List<Row>> kinds =
        rows.stream().collect(Collectors.groupingBy(row -> row.pair().perturbation()));
    kinds.forEach(
        (kind, some) -> {
          double[] changes = some.stream().mapToDouble(Row::change).toArray();
          double least = floor.least(changes);
          int used = (int) Arrays.stream(changes).filter(c -> reaches(c, least)).count();
          parts.put(kind, new Part(kind, least, changes.length, used));
        });
    rows.replaceAll(row -> row.used(reaches(row.pair(), row.change())));
  }

  /** Whether a change of a swept pair is large enough to divide by. */
  boolean reaches(ContrastPair pair, double change) {
    return reaches(change, least(pair));
  }

  private static boolean reaches(double change, double least) {
    return change != 0 && Math.abs(change) >= least;
  }

  /** The size of a change from which pairs of a swept pair's perturbation count. */
  double least(ContrastPair pair) {
    return Objects.requireNonNull(parts.get(pair.perturbation())).least();
  }

  /** One for each perturbation that has a swept pair, by name. */
  Collection<Part> parts() {
    return parts.values();
  }

  Way way() {
    return way;
  }

  Direction direction() {
    return way.direction();
  }

  List<Row> rows() {
    return rows;
  }

  MoveMatrix moves() {
    return moves;
  }

  int used() {
    return (int) rows.stream().filter(Row::used).count();
  }

  @Override
  public void close() throws IOException {
    moves.close();
  }
}
