package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.work.Outcomes;
import io.lucerna.topics.ContrastPair;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The outcomes of a study's pairs, arranged for aggregation. The rows of all directions are the
 * swept pairs in the pairs' order.
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
  private final Outcomes<PairOutcome> outcomes;
  private final List<Lost> lost = new ArrayList<>();
  private final List<ContrastPair> swept = new ArrayList<>();
  private final Map<Direction, DirectionRows> directions = new EnumMap<>(Direction.class);
  private final CellSpace space;
  private int longest;

  /**
   * Reads the outcomes.
   *
   * @param pairs all pairs of the study, each done
   * @param floor decides which swept pairs count
   * @param maker makes what holds the cells of the pairs
   */
  StudyData(
      List<ContrastPair> pairs,
      Outcomes<PairOutcome> outcomes,
      List<Direction> directions,
      Floor floor,
      MoveMatrix.Maker maker)
      throws IOException {
    this.pairs = List.copyOf(pairs);
    this.outcomes = outcomes;
    this.space = CellSpace.of(axes());
    try {
      for (Direction direction : directions) {
        MoveMatrix moves = maker.make(space.size());
        this.directions.put(direction, new DirectionRows(direction, moves));
      }
      for (ContrastPair pair : pairs) {
        take(pair, outcomes.read(pair.id()));
      }
      this.directions.values().forEach(rows -> rows.decide(floor));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The axes that all pairs share. Without a swept pair there is nothing to aggregate either. */
  private List<Axis> axes() throws IOException {
    for (ContrastPair pair : pairs) {
      if (outcomes.read(pair.id()) instanceof PairOutcome.Swept done) {
        return done.directions().getFirst().result().axes();
      }
    }
    return List.of(new Axis("none", List.of()));
  }

  private void take(ContrastPair pair, PairOutcome outcome) throws IOException {
    switch (outcome) {
      case PairOutcome.Unusable unusable -> lost.add(new Lost(pair, unusable.reason()));
      case PairOutcome.Swept done -> {
        swept.add(pair);
        longest = Math.max(longest, done.base().size());
        for (PairOutcome.Patched patched : done.directions()) {
          direction(patched.result().direction()).add(pair, patched, space);
        }
      }
    }
  }

  /** Goes through the swept pairs in order, reading each again. */
  void forEach(Visitor visitor) throws IOException {
    for (int row = 0; row < swept.size(); row++) {
      ContrastPair pair = swept.get(row);
      visitor.visit(row, pair, read(pair));
    }
  }

  /** Reads a swept pair. */
  PairOutcome.Swept read(ContrastPair pair) throws IOException {
    if (outcomes.read(pair.id()) instanceof PairOutcome.Swept done) {
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

  DirectionRows direction(Direction direction) {
    return Objects.requireNonNull(directions.get(direction), direction::option);
  }

  CellSpace space() {
    return space;
  }

  /** The number of tokens of the longest input. */
  int longest() {
    return longest;
  }

  /** The names of the perturbations of all pairs that were asked for, sorted. */
  List<String> perturbations() {
    return Perturbed.names(pairs);
  }

  /** The bands of some of the swept pairs. */
  IdfBands bands(Perturbed of) {
    return IdfBands.of(swept.stream().filter(of::has).toList());
  }

  @Override
  public void close() throws IOException {
    for (DirectionRows rows : directions.values()) {
      rows.close();
    }
  }
}
