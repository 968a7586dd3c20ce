package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.work.JournalReader;
import io.lucerna.topics.ContrastPair;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the journal holds of the pairs of a study, arranged for aggregation. The rows of all
 * directions are the swept pairs in the pairs' order.
 */
final class StudyData implements Closeable {
  /** A pair that cannot be swept. */
  record Lost(ContrastPair pair, String reason) {}

  /** Does something with a swept pair. */
  @FunctionalInterface
  interface Visitor {
    void visit(int row, ContrastPair pair, PairOutcome.Swept swept) throws IOException;
  }

  private final List<ContrastPair> pairs;
  private final JournalReader<PairOutcome> journal;
  private final List<Lost> lost = new ArrayList<>();
  private final List<ContrastPair> swept = new ArrayList<>();
  private final Map<Direction, DirectionRows> directions = new EnumMap<>(Direction.class);
  private final CellSpace space;
  private int longest;

  /**
   * Reads the journal.
   *
   * @param pairs all pairs of the study, each in the journal
   * @param folder where temporary files go
   */
  StudyData(
      List<ContrastPair> pairs,
      JournalReader<PairOutcome> journal,
      List<Direction> directions,
      double floor,
      Path folder)
      throws IOException {
    this.pairs = List.copyOf(pairs);
    this.journal = journal;
    List<Axis> axes = PairCodec.axes(journal.shared());
    // Without a swept pair there are no axes; there is nothing to aggregate either.
    this.space = CellSpace.of(axes.isEmpty() ? List.of(new Axis("none", List.of())) : axes);
    try {
      for (Direction direction : directions) {
        MoveMatrix moves = new MoveMatrix(folder, space.size());
        this.directions.put(direction, new DirectionRows(direction, floor, moves));
      }
      for (ContrastPair pair : pairs) {
        take(pair, journal.read(pair.id()));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void take(ContrastPair pair, PairOutcome outcome) throws IOException {
    switch (outcome) {
      case PairOutcome.Unusable unusable -> lost.add(new Lost(pair, unusable.reason()));
      case PairOutcome.Swept done -> {
        swept.add(pair);
        longest = Math.max(longest, done.base().size());
        for (PairOutcome.Patched patched : done.directions()) {
          DirectionRows rows = directions.get(patched.result().direction());
          if (rows == null) {
            throw new IllegalStateException("direction " + patched.result().direction());
          }
          rows.add(pair, patched, space);
        }
      }
    }
  }

  /** Goes through the swept pairs in order, reading each from the journal. */
  void forEach(Visitor visitor) throws IOException {
    for (int row = 0; row < swept.size(); row++) {
      ContrastPair pair = swept.get(row);
      visitor.visit(row, pair, read(pair));
    }
  }

  /** Reads a swept pair. */
  PairOutcome.Swept read(ContrastPair pair) throws IOException {
    if (journal.read(pair.id()) instanceof PairOutcome.Swept done) {
      return done;
    }
    throw new IllegalArgumentException("pair " + pair.id() + " was not swept");
  }

  /** All pairs that were asked for. */
  List<ContrastPair> pairs() {
    return pairs;
  }

  /** The pairs that could be swept. */
  List<ContrastPair> swept() {
    return swept;
  }

  /** The pairs that could not. */
  List<Lost> lost() {
    return lost;
  }

  /** One for each direction. */
  List<DirectionRows> directions() {
    return List.copyOf(directions.values());
  }

  CellSpace space() {
    return space;
  }

  /** The number of tokens of the longest input. */
  int longest() {
    return longest;
  }

  IdfBands bands() {
    return IdfBands.of(swept);
  }

  @Override
  public void close() throws IOException {
    for (DirectionRows rows : directions.values()) {
      rows.close();
    }
  }
}
