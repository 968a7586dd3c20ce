package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/** z of each head at all positions: layer x head. */
final class HeadCells implements CellKind {
  @Override
  public List<Axis> axes(Sweep sweep, ModelConfig model, int positions) {
    return List.of(Axis.layers(model), Axis.numbers("head", model.heads()));
  }

  @Override
  public String title(Sweep sweep) {
    return "attention heads (z)";
  }

  @Override
  public Cell cell(Sweep sweep, int... at) {
    return Cell.of(Site.Z, at[0]).part(at[1]);
  }
}
