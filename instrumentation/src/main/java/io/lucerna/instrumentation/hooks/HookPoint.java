package io.lucerna.instrumentation.hooks;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One place of one model: a site, and the layer where the site is per layer. Prints as
 * TransformerLens' name.
 *
 * @param site the kind of place
 * @param layer the block's number from 0, in a decoder the number of its own block; -1 for a site
 *     outside of the blocks
 */
public record HookPoint(Site site, int layer) {

  /** Checks that the layer fits the site. */
  public HookPoint {
    if (site.perLayer() != (layer >= 0)) {
      throw new IllegalArgumentException(
          site + (site.perLayer() ? " needs a layer from 0" : " has no layer") + ", got " + layer);
    }
  }

  /** A point outside of the blocks. */
  public static HookPoint of(Site site) {
    return new HookPoint(site, -1);
  }

  /** The point that prints as this name; empty if none does. */
  public static Optional<HookPoint> parse(String name) {
    for (Site site : Site.values()) {
      OptionalInt layer = site.layer(name);
      if (layer.isPresent()) {
        return Optional.of(new HookPoint(site, layer.getAsInt()));
      }
    }
    return Optional.empty();
  }

  /** TransformerLens' name, such as {@code blocks.3.attn.hook_z}. */
  @Override
  public String toString() {
    return site.name(layer);
  }
}
