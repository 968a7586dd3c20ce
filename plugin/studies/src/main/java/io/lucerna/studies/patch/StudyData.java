package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.work.Outcomes;
import io.lucerna.topics.ContrastPair;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The outcomes of a study's pairs, arranged for aggregation. The rows of all ways are the swept
 * pairs in the pairs' order; those of exact sweeps that only check estimates, some of them.
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
  private final List<WayRows> ways = new ArrayList<>();
  private final List<WayRows> checks = new ArrayList<>();
  private final CellSpace space;
  private int longest;

  /**
   * Reads the outcomes.
   *
   * @param pairs all pairs of the study, each done
   * @param settings which ways there are
   * @param floor decides which swept pairs count
   * @param maker makes what holds the cells of the pairs
   */
  StudyData(
      List<ContrastPair> pairs,
      Outcomes<PairOutcome> outcomes,
      SweepSettings settings,
      Floor floor,
      MoveMatrix.Maker maker)
      throws IOException {
    this.pairs = List.copyOf(pairs);
    this.outcomes = outcomes;
    this.space = CellSpace.of(axes());
    try {
      for (Way way : settings.ways()) {
        ways.add(new WayRows(way, maker.make(space.size())));
      }
      for (Direction direction :
          settings.check() > 0 ? settings.directions() : List.<Direction>of()) {
        checks.add(new WayRows(Way.exact(direction), maker.make(space.size())));
      }
      for (ContrastPair pair : pairs) {
        take(pair, outcomes.read(pair.id()));
      }
      for (WayRows rows : ways) {
        rows.decide(floor);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The axes that all pairs share. Without a swept pair there is nothing to aggregate either. */
  private List<Axis> axes() throws IOException {
    for (ContrastPair pair : pairs) {
      if (outcomes.read(pair.id()) instanceof PairOutcome.Swept done) {
        return done.ways().getFirst().result().axes();
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
        for (WayRows rows : compared()) {
          Optional<PairOutcome.Patched> patched = done.in(rows.way());
          if (patched.isPresent()) {
            rows.add(pair, patched.get(), space);
          }
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

  /** One for each direction and method. */
  List<WayRows> ways() {
    return List.copyOf(ways);
  }

  /** The first of each direction: scores without a patch are the same in all ways. */
  List<WayRows> directions() {
    return ways.stream().filter(rows -> rows == direction(rows.direction())).toList();
  }

  /** The first way of a direction. */
  WayRows direction(Direction direction) {
    return ways.stream().filter(rows -> rows.direction() == direction).findFirst().orElseThrow();
  }

  /** All ways, and the exact sweeps that check them. */
  List<WayRows> compared() {
    return Stream.concat(ways.stream(), checks.stream()).toList();
  }

  /** The exact effects in a direction of all pairs, or of those that check estimates. */
  Optional<WayRows> exact(Direction direction) {
    return compared().stream()
        .filter(rows -> rows.way().isExact() && rows.direction() == direction)
        .findFirst();
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
    for (WayRows rows : compared()) {
      rows.close();
    }
  }
}
