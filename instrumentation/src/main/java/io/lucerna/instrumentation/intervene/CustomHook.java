package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * An intervention of one's own, in Java: a public class with a public constructor without
 * parameters, given as a source file or in a jar ({@code -hook FILE.java}, {@code -hook
 * FILE.jar:CLASS}, or {@code custom POINTS code=FILE.java} in a spec).
 *
 * <pre>{@code
 * public final class Halved implements CustomHook {
 *   public List<String> points() {
 *     return List.of("blocks.*.hook_mlp_out");
 *   }
 *
 *   public NDArray change(NDArray x, HookedText text) {
 *     return x.mul(0.5);
 *   }
 * }
 * }</pre>
 *
 * <p>One object serves a whole run, and several threads call it at once: what it does to a text may
 * depend on that text alone, so it keeps no state between calls.
 */
public interface CustomHook {

  /** {@return the points where it works, names or globs; a spec that names its own does not ask} */
  List<String> points();

  /**
   * Changes one text's activation at one point.
   *
   * @param x the targeted numbers, a copy: [tokens, units]; [tokens, heads, units] at points with
   *     heads; [tokens, heads, keys] of attention scores and patterns. There is no padding. A point
   *     without tokens has one row. Arrays that are made of it are freed after the call
   * @param text the point and the text
   * @return what takes their place, in the same shape: new numbers, or x, changed in place or not
   */
  NDArray change(NDArray x, HookedText text);
}
