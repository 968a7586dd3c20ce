package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.List;
import java.util.Optional;

/**
 * What an intervention changes. What is empty is not restricted.
 *
 * @param points names or globs of hook points, sorted
 * @param heads attention heads
 * @param units numbers of the last dimension: neurons of the MLP, units of a head or of the stream
 * @param at positions; of attention scores and patterns, those that attend; none where a decoder's
 *     one position computes
 * @param keys of attention scores and patterns, the positions that are attended to
 * @param side of a bi-encoder, the query or the passage
 */
public record Target(
    List<String> points,
    Optional<Ranges> heads,
    Optional<Ranges> units,
    Optional<TokenSet> at,
    Optional<TokenSet> keys,
    Optional<Side> side) {
  private static final String NAME = "[\\w.*?]+";
  private static final int LONGEST = 200;

  /**
   * Sorts the points.
   *
   * @throws IllegalArgumentException if there are no points, or one cannot be a name or a glob
   */
  public Target {
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a target needs at least one hook point");
    }
    points = points.stream().map(Target::checked).sorted().distinct().toList();
    at = at.filter(positions -> !positions.everywhere());
    keys = keys.filter(positions -> !positions.everywhere());
  }

  static String checked(String point) {
    if (point.length() > LONGEST || !point.matches(NAME)) {
      throw new IllegalArgumentException(
          "expected a hook point or a glob, such as blocks.3.attn.hook_z or blocks.*.hook_mlp_out");
    }
    return point;
  }

  /**
   * {@return a target of all heads, units and positions at these points}
   *
   * @param points names or globs of hook points
   */
  public static Target of(String... points) {
    return new Target(
        List.of(points),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same target of all heads and units. */
  Target whole() {
    return new Target(points, Optional.empty(), Optional.empty(), at, keys, side);
  }

  /**
   * {@return this target, but only these heads}
   *
   * @param numbers from 0, at least one
   */
  public Target withHeads(int... numbers) {
    return new Target(points, Optional.of(Ranges.of(numbers)), units, at, keys, side);
  }

  /**
   * {@return this target, but only these units of the last dimension}
   *
   * @param numbers from 0, at least one
   */
  public Target withUnits(int... numbers) {
    return new Target(points, heads, Optional.of(Ranges.of(numbers)), at, keys, side);
  }

  /**
   * {@return this target, but only these positions}
   *
   * @param positions places in the text; of attention, those that attend
   */
  public Target withPositions(TokenSet positions) {
    return new Target(points, heads, units, Optional.of(positions), keys, side);
  }

  /**
   * {@return this target, but only attention to these positions}
   *
   * @param positions places in the text that are attended to
   */
  public Target withKeys(TokenSet positions) {
    return new Target(points, heads, units, at, Optional.of(positions), side);
  }

  /**
   * {@return this target, but only this side}
   *
   * @param only what the texts are
   */
  public Target withSide(Side only) {
    return new Target(points, heads, units, at, keys, Optional.of(only));
  }
}
