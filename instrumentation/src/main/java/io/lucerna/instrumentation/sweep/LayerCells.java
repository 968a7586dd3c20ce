package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * One activation of each layer at all positions.
 *
 * @param site which
 * @param title what it is called
 */
record LayerCells(Site site, String title) implements CellKind {
  @Override
  public List<Axis> axes(Sweep sweep, ModelConfig model, int positions) {
    return List.of(Axis.layers(model));
  }

  @Override
  public String title(Sweep sweep) {
    return title;
  }

  @Override
  public Cell cell(Sweep sweep, int... at) {
    return Cell.of(site, at[0]);
  }
}
