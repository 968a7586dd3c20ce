package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.topics.ContrastPair;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One direction of all swept pairs, row by row: scores in memory, cells in a file.
 *
 * <p>Memory grows with the pairs, not with pairs x cells.
 */
final class DirectionRows implements Closeable {
  /**
   * One swept pair.
   *
   * @param pair the pair
   * @param recipient the recipient's score
   * @param donor the donor's score
   * @param used whether the change reaches the floor, so that the pair counts
   */
  record Row(ContrastPair pair, float recipient, float donor, boolean used) {
    double change() {
      return (double) donor - recipient;
    }

    private Row used(boolean counts) {
      return new Row(pair, recipient, donor, counts);
    }
  }

  private final Direction direction;
  private final List<Row> rows = new ArrayList<>();
  private final MoveMatrix moves;
  private double least;

  DirectionRows(Direction direction, MoveMatrix moves) {
    this.direction = direction;
    this.moves = moves;
  }

  void add(ContrastPair pair, PairOutcome.Patched patched, CellSpace space) throws IOException {
    SweepResult result = patched.result();
    rows.add(new Row(pair, result.recipient(), result.donor(), false));
    moves.add(space.moves(patched.result()));
  }

  /** Decides which pairs count, once all are added: a floor may depend on all changes. */
  void decide(Floor floor) {
    least = floor.least(rows.stream().mapToDouble(Row::change).toArray());
    rows.replaceAll(row -> row.used(reaches(row.change())));
  }

  /** Whether a change is large enough to divide by. */
  boolean reaches(double change) {
    return change != 0 && Math.abs(change) >= least;
  }

  /** The size of a change from which pairs count. */
  double least() {
    return least;
  }

  /** The share of the swept pairs that do not count. */
  double dropped() {
    return (rows.size() - used()) / (double) rows.size();
  }

  Direction direction() {
    return direction;
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
