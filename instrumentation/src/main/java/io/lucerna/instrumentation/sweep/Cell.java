package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;

/**
 * One patch: what part of which activation is taken from the donor.
 *
 * @param site the kind of activation
 * @param layer the block
 * @param head the head of z or of a pattern, else -1
 * @param unit the unit of mlp.hook_post, else -1
 * @param position the token's position, the query row of a pattern; -1 for all positions
 */
public record Cell(Site site, int layer, int head, int unit, int position) {
  /** The point that is patched. */
  public HookPoint point() {
    return new HookPoint(site, layer);
  }
}
