package io.lucerna.instrumentation.hooks;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The axes that one text's activation has at a point: how many rows, and what a row has.
 *
 * @param point the point
 * @param rest the sizes of the axes after the row's own: heads, units, and -1 for the tokens that
 *     are attended to, which are as many as the text has
 */
public record PointShape(HookPoint point, List<Integer> rest) {

  /** What a text has rows of. */
  public enum Kind {
    /** [pos, head, unit], or [pos, unit]: one row for each token. */
    BY_POSITION,
    /** [head, qpos, kpos]: for each token that attends, one row per head over all tokens. */
    BY_KEY,
    /** [head, unit], [unit], or one number: one row for the whole text. */
    WHOLE,
    /** [head, dec, kpos]: one row per head over all tokens; the decoder's one position attends. */
    WHOLE_BY_KEY
  }

  private static final Set<String> HEADS = Set.of("head", "kv_head");

  /** The batch, and what a row is one of: a token, or the decoder's only position. */
  private static final Set<String> OUTER = Set.of("batch", "pos", "qpos", "dec");

  /** Copies the sizes. */
  public PointShape {
    rest = List.copyOf(rest);
  }

  /**
   * {@return the shape of a point among a model's points}
   *
   * @param point the point
   * @param registry the points, and sizes, of its model
   * @throws java.util.NoSuchElementException if the registry knows no size for an axis, as for a
   *     vocabulary's
   */
  public static PointShape of(HookPoint point, HookRegistry registry) {
    return new PointShape(
        point,
        inner(point)
            .map(letter -> letter.equals("kpos") ? -1 : registry.size(letter).orElseThrow())
            .toList());
  }

  /**
   * {@return the shapes of the points that names and globs mean, each point once, in forward order}
   *
   * @param globs names and globs of points, as {@link HookRegistry#match} reads them
   * @param registry the points, and sizes, of a model
   * @throws IllegalArgumentException if one matches no point of the model
   */
  public static List<PointShape> of(List<String> globs, HookRegistry registry) {
    Set<HookPoint> wanted = new HashSet<>();
    globs.forEach(glob -> wanted.addAll(registry.match(glob)));
    return registry.points().stream()
        .filter(wanted::contains)
        .map(point -> of(point, registry))
        .toList();
  }

  private static Stream<String> inner(HookPoint point) {
    return point.letters().stream().filter(letter -> !OUTER.contains(letter));
  }

  /** {@return what a text has rows of} */
  public Kind kind() {
    List<String> letters = point.letters();
    if (letters.contains("kpos")) {
      return letters.contains("qpos") ? Kind.BY_KEY : Kind.WHOLE_BY_KEY;
    }
    return letters.contains("pos") ? Kind.BY_POSITION : Kind.WHOLE;
  }

  /** {@return whether there are heads} */
  public boolean hasHeads() {
    return inner(point).anyMatch(HEADS::contains);
  }

  /**
   * {@return how many heads, which are always the first of the other axes; 1 where there are none}
   */
  public int heads() {
    return hasHeads() ? rest.getFirst() : 1;
  }

  /** {@return how many numbers the last axis has; 0 where these are tokens} */
  public int units() {
    if (hasKeys()) {
      return 0;
    }
    return rest.size() > (hasHeads() ? 1 : 0) ? rest.getLast() : 1;
  }

  /** {@return whether the last axis is the tokens that are attended to} */
  public boolean hasKeys() {
    return kind() == Kind.BY_KEY || kind() == Kind.WHOLE_BY_KEY;
  }

  /** {@return whether there are tokens whose own numbers these are, or that attend} */
  public boolean hasPositions() {
    return kind() == Kind.BY_POSITION || kind() == Kind.BY_KEY;
  }

  /** {@return whether a decoder computes this, at the one position that it has} */
  public boolean ofDecoder() {
    return point.letters().contains("dec");
  }

  /**
   * {@return whether texts of that side reach the point: a bi-encoder's scores belong to its
   * passages}
   *
   * @param side what the texts are
   */
  public boolean reachedOn(Side side) {
    return point.site() != Site.SCORE || side != Side.QUERY;
  }

  /**
   * {@return the number of rows that a text has if some of its tokens are meant}
   *
   * @param positions how many of its tokens are meant
   */
  public int rows(int positions) {
    return hasPositions() ? positions : 1;
  }

  /**
   * {@return how many numbers one row has, in a text of that many tokens}
   *
   * @param tokens the text's length, which is the size of an axis of keys
   */
  public long perRow(int tokens) {
    return rest.stream().mapToLong(size -> size < 0 ? tokens : size).reduce(1, (a, b) -> a * b);
  }

  /**
   * {@return the shape of some rows of one text, outermost axis first}
   *
   * @param rows how many rows
   * @param tokens the text's length, which is the size of an axis of keys
   */
  public long[] shape(long rows, int tokens) {
    long[] shape = new long[rest.size() + 1];
    shape[0] = rows;
    for (int i = 0; i < rest.size(); i++) {
      shape[i + 1] = rest.get(i) < 0 ? tokens : rest.get(i);
    }
    return shape;
  }
}
