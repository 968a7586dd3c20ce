package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.List;

/**
 * How one text's numbers are laid out at a point.
 *
 * @param point the point
 * @param kind which dimensions there are
 * @param heads heads; 1 where there are none
 * @param width units of the last dimension; 0 where these are positions
 */
record PointLayout(HookPoint point, Kind kind, int heads, int width) {

  /** Which dimensions a text has at a point. */
  enum Kind {
    /** [pos, head, width], or [pos, width]. */
    POSITIONS,
    /** [head, qpos, kpos]. */
    ATTENTION,
    /** [head, kpos]: the decoder's one position attends. */
    CROSS,
    /** [head, width], or [width]. */
    FLAT
  }

  static PointLayout of(HookPoint point, HookRegistry registry) {
    List<String> letters = point.site().letters();
    String last = letters.getLast();
    int heads =
        letters.stream()
            .filter(PointLayout::isHead)
            .mapToInt(letter -> registry.size(letter).orElseThrow())
            .findFirst()
            .orElse(1);
    if (letters.contains("kpos")) {
      Kind kind = letters.contains("qpos") ? Kind.ATTENTION : Kind.CROSS;
      return new PointLayout(point, kind, heads, 0);
    }
    int width = last.equals("batch") ? 1 : registry.size(last).orElseThrow();
    return new PointLayout(
        point, letters.contains("pos") ? Kind.POSITIONS : Kind.FLAT, heads, width);
  }

  /** Whether texts of that side come by: a bi-encoder's scores belong to its passages. */
  boolean reachedOn(Side side) {
    return point.site() != Site.SCORE || side != Side.QUERY;
  }

  boolean hasHeads() {
    return point.site().letters().stream().anyMatch(PointLayout::isHead);
  }

  /** Whether the last dimension are the tokens that are attended to. */
  boolean hasKeys() {
    return kind == Kind.ATTENTION || kind == Kind.CROSS;
  }

  /** Whether there are tokens whose own numbers these are, or that attend. */
  boolean hasPositions() {
    return kind == Kind.POSITIONS || kind == Kind.ATTENTION;
  }

  /** Whether a decoder computes this, at the one position that it has. */
  boolean ofDecoder() {
    return point.site().letters().contains("dec");
  }

  private static boolean isHead(String letter) {
    return letter.equals("head") || letter.equals("kv_head");
  }

  /** Where the numbers of a position and head start in a text that is padded to a width. */
  int offset(int position, int head, int batchWidth) {
    return switch (kind) {
      case POSITIONS -> (position * heads + head) * width;
      case ATTENTION -> (head * batchWidth + position) * batchWidth;
      case CROSS -> head * batchWidth;
      case FLAT -> head * width;
    };
  }
}
