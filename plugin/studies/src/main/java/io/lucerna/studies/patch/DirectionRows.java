package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
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
  }

  private final Direction direction;
  private final double floor;
  private final List<Row> rows = new ArrayList<>();
  private final MoveMatrix moves;

  DirectionRows(Direction direction, double floor, MoveMatrix moves) {
    this.direction = direction;
    this.floor = floor;
    this.moves = moves;
  }

  void add(ContrastPair pair, PairOutcome.Patched patched, CellSpace space) throws IOException {
    rows.add(
        new Row(
            pair,
            patched.result().recipient(),
            patched.result().donor(),
            reaches(patched.change(), floor)));
    moves.add(space.moves(patched.result()));
  }

  /** Whether a change is large enough to divide by. */
  static boolean reaches(double change, double floor) {
    return change != 0 && Math.abs(change) >= floor;
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
