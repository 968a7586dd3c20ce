package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;
import java.util.stream.Collectors;

/** {z, pattern} of chosen heads x position; for the pattern, the position is the query row. */
final class HeadPosCells implements CellKind {
  private static final List<Site> SITES = List.of(Site.Z, Site.PATTERN);

  /** A title names as many heads as this; of more it says how many they are. */
  private static final int NAMED = 4;

  @Override
  public List<Axis> axes(Sweep sweep, ModelConfig model, int positions) {
    return List.of(
        new Axis("component", List.of("z", "pattern")),
        new Axis("head", sweep.heads().stream().map(Head::toString).toList()),
        Axis.positions(positions));
  }

  @Override
  public String title(Sweep sweep) {
    String heads =
        sweep.heads().size() <= NAMED
            ? sweep.heads().stream().map(Head::toString).collect(Collectors.joining(", "))
            : sweep.heads().size() + " heads";
    return heads + " by position (z and pattern)";
  }

  @Override
  public Cell cell(Sweep sweep, int... at) {
    Head head = sweep.heads().get(at[1]);
    return Cell.of(SITES.get(at[0]), head.layer()).part(head.head()).at(at[2]);
  }
}
