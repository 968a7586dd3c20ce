package io.lucerna.instrumentation.replay;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Block;
import java.util.Optional;

/**
 * Where a pass is entered from the middle: just before the hooks of an activation, from which all
 * that follows can be computed.
 *
 * @param stage what is known there
 * @param layer the block; for {@link Stage#INPUT} the number of blocks stands for the head
 */
public record Entry(Stage stage, int layer) {
  /** The tails of a block, each the end of the one before. */
  public enum Stage {
    /** What enters the block, [B, S, H]. */
    INPUT,
    /** What its heads read, [B, S, N, D]. */
    Z,
    /** What its attention adds to the residual stream, [B, S, H]. */
    ATTN_OUT,
    /** What its MLP adds to the residual stream, [B, S, H]. */
    MLP_OUT
  }

  /** The head, from the last hidden states on. */
  static Entry head(HookedModel model) {
    return new Entry(Stage.INPUT, model.blocks().size());
  }

  /**
   * The last entry below a change at a point; empty for the embeddings, which are computed again.
   */
  public static Optional<Entry> before(HookPoint point, HookedModel model) {
    if (point.site() == Site.SCORE || model.network().head().points().contains(point)) {
      return Optional.of(head(model));
    }
    if (!point.site().perLayer()) {
      return Optional.empty();
    }
    Stage stage =
        switch (point.site()) {
          case Z,
              RESULT,
              ATTN_OUT,
              RESID_MID,
              NORMALIZED_RESID_MID,
              MLP_PRE,
              MLP_PRE_LINEAR,
              MLP_POST ->
              Stage.Z;
          case MLP_OUT, RESID_POST, NORMALIZED_RESID_POST ->
              model.blocks().get(point.layer()).byPosition() ? Stage.MLP_OUT : Stage.Z;
          default -> Stage.INPUT;
        };
    return Optional.of(new Entry(stage, point.layer()));
  }

  /** The point of the activation that is known there. */
  HookPoint point(HookedModel model) {
    if (layer == model.blocks().size()) {
      return HookPoint.of(layer - 1, model.blocks().getLast().out());
    }
    return HookPoint.of(
        layer,
        switch (stage) {
          case INPUT -> Site.RESID_PRE;
          case Z -> Site.Z;
          case ATTN_OUT -> Site.ATTN_OUT;
          case MLP_OUT -> Site.MLP_OUT;
        });
  }

  /** The point of the residual stream that it is added to; empty for a block's input. */
  Optional<HookPoint> beside(HookedModel model) {
    return switch (stage) {
      case INPUT -> Optional.empty();
      case Z, ATTN_OUT -> Optional.of(HookPoint.of(layer, Site.RESID_PRE));
      case MLP_OUT -> {
        Block block = model.blocks().get(layer);
        yield Optional.of(HookPoint.of(layer, block.besideMlp()));
      }
    };
  }
}
