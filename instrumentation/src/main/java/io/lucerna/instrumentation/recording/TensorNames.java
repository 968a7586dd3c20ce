package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Locale;

/** How the tensors in a shard are called. */
final class TensorNames {
  private TensorNames() {}

  /** The side's name in files: {@code pair}, {@code query}, {@code passage}. */
  static String of(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  /** The side of a name. */
  static Side side(String name) {
    for (Side side : Side.values()) {
      if (of(side).equals(name)) {
        return side;
      }
    }
    throw new RecordingException("the index names a side '" + name + "'");
  }

  /**
   * The rows of all of a shard's inputs, such as {@code passage/blocks.3.attn.hook_z}, with {@code
   * .grad} after it for gradients.
   */
  static String of(Side side, HookPoint point, Part part) {
    return of(side) + "/" + point + part.ending();
  }

  /**
   * Scores or patterns of one input, such as {@code pair/blocks.3.attn.hook_pattern/17}; or the
   * gradients of one pair's score by what a query alone has, such as {@code
   * query/blocks.3.attn.hook_z.grad/17}.
   */
  static String of(Side side, HookPoint point, Part part, int item) {
    return of(side, point, part) + "/" + item;
  }
}
