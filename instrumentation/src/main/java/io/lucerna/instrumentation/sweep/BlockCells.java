package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/** {resid_pre, attn_out, mlp_out} x layer x position. */
final class BlockCells implements CellKind {
  private static final List<Site> SITES = List.of(Site.RESID_PRE, Site.ATTN_OUT, Site.MLP_OUT);

  @Override
  public List<Axis> axes(Sweep sweep, ModelConfig model, int positions) {
    return List.of(
        new Axis("component", List.of("resid_pre", "attn_out", "mlp_out")),
        Axis.layers(model),
        Axis.positions(positions));
  }

  @Override
  public String title(Sweep sweep) {
    return "residual stream, attention and MLP outputs";
  }

  @Override
  public Cell cell(Sweep sweep, int... at) {
    return Cell.of(SITES.get(at[0]), at[1]).at(at[2]);
  }
}
