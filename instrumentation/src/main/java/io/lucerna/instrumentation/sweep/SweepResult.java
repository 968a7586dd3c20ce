package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.text.Token;
import java.util.List;

/**
 * The scores of one pair under every patch of a sweep, nothing averaged.
 *
 * @param kind what was patched
 * @param direction which run gave activations
 * @param axes the dimensions of {@code patched}, outermost first; an axis of positions is the last
 * @param patched the recipient's score under each patch, the last axis fastest
 * @param recipient the recipient's score without a patch
 * @param donor the donor's score
 * @param tokens the recipient's tokens with their roles, as many as there are positions
 */
public record SweepResult(
    SweepKind kind,
    Direction direction,
    List<Axis> axes,
    float[] patched,
    float recipient,
    float donor,
    List<Token> tokens) {

  /** Checks the size. */
  public SweepResult {
    axes = List.copyOf(axes);
    tokens = List.copyOf(tokens);
    int cells = axes.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
    if (cells != patched.length) {
      throw new IllegalArgumentException(
          "axes " + axes + " have " + cells + " cells, got " + patched.length + " scores");
    }
  }
}
