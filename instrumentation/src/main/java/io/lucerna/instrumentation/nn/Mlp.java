package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MLP of a block: a map up, an activation function, a map down; gated (Shazeer 2020, equation
 * 6), the activation is multiplied by a second map of the input.
 *
 * @param layer the block's number
 * @param up the first map [M, H]
 * @param gated the second map of the input [M, H]; null where there is none
 * @param activation applied to the first map
 * @param down the map back [H, M]
 */
public record Mlp(
    int layer, Linear up, @Nullable Linear gated, Activation activation, Linear down) {

  /** The sites of the MLP, in forward order. */
  List<Site> sites() {
    return gated == null
        ? List.of(Site.MLP_PRE, Site.MLP_POST)
        : List.of(Site.MLP_PRE, Site.MLP_PRE_LINEAR, Site.MLP_POST);
  }

  /** input [B, S, H] -> [B, S, H]. */
  public NDArray apply(NDArray input, Pass pass) {
    NDArray activated = activated(input, pass); // [B, S, M]
    if (gated != null) {
      NDArray factor = pass.at(Site.MLP_PRE_LINEAR, layer, gated.apply(input, pass)); // [B, S, M]
      activated = pass.kernels().gated(activated, factor);
      pass.done(factor);
    }
    NDArray post = pass.at(Site.MLP_POST, layer, activated);
    NDArray out = down.apply(post, pass); // [B, S, H]
    pass.done(post);
    return out;
  }

  private NDArray activated(NDArray input, Pass pass) {
    if (!pass.wants(Site.MLP_PRE, layer)) {
      return pass.kernels().activated(activation, up, input);
    }
    NDArray pre = pass.at(Site.MLP_PRE, layer, up.apply(input, pass)); // [B, S, M]
    return activation.ofSpent(pre, pass.kernels());
  }
}
