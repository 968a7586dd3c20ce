package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/** Each unit of mlp.hook_post of one layer at all positions. */
final class NeuronCells implements CellKind {
  @Override
  public List<Axis> axes(Sweep sweep, ModelConfig model, int positions) {
    return List.of(Axis.numbers("unit", model.mlpWidth()));
  }

  @Override
  public String title(Sweep sweep) {
    return "MLP neurons of layer " + sweep.layer();
  }

  @Override
  public Cell cell(Sweep sweep, int... at) {
    return Cell.of(Site.MLP_POST, sweep.layer()).part(at[0]);
  }
}
