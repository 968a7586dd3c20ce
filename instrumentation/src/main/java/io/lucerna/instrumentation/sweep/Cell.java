package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;

/**
 * One patch: what part of which activation is taken from the donor.
 *
 * @param site the kind of activation
 * @param layer the block
 * @param part the head of z or of a pattern, the unit of mlp.hook_post; {@link #ALL} elsewhere
 * @param position the token's position, the query row of a pattern; {@link #ALL} for all of them
 */
public record Cell(Site site, int layer, int part, int position) {
  /** Nothing is left out. */
  public static final int ALL = -1;

  /** A whole activation. */
  static Cell of(Site site, int layer) {
    return new Cell(site, layer, ALL, ALL);
  }

  /** The same of one head or unit alone. */
  Cell part(int number) {
    return new Cell(site, layer, number, position);
  }

  /** The same at one position alone. */
  Cell at(int token) {
    return new Cell(site, layer, part, token);
  }

  /** {@return the point that is patched} */
  public HookPoint point() {
    return HookPoint.of(layer, site);
  }

  /** The replaced part of one text's activation, as an index. */
  String index() {
    String tokens = position == ALL ? ":" : Integer.toString(position);
    return switch (site) {
      case Z, MLP_POST -> tokens + ", " + part;
      case PATTERN -> part + ", " + tokens;
      default -> {
        if (part != ALL) {
          throw new IllegalArgumentException("where in " + site + " a part lies is not known");
        }
        yield tokens;
      }
    };
  }
}
