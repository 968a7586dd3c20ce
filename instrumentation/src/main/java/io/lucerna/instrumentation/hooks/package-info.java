/**
 * Hook points, and hooks.
 *
 * <p>A {@link io.lucerna.instrumentation.hooks.HookPoint} is a {@link
 * io.lucerna.instrumentation.hooks.Site} in a layer of a {@link
 * io.lucerna.instrumentation.hooks.Stack} of blocks, written with TransformerLens' names, such as
 * {@code blocks.3.attn.hook_z}. A {@link io.lucerna.instrumentation.hooks.Hook} is an observer or
 * an intervention. {@link io.lucerna.instrumentation.hooks.Hooks} are the hooks of one call; {@link
 * io.lucerna.instrumentation.hooks.HookRegistry} knows which points a model has, and their
 * dimensions.
 *
 * {@snippet lang=java :
 *   Map<String, float[]> shares = new LinkedHashMap<>();
 *   Hook.Observer look =
 *       (context, pattern) -> { // [batch, head, qpos, kpos]
 *         NDArray toFirst = pattern.get("0, :, :, 0").mean(new int[] {1}); // [head]
 *         shares.put(context.point().toString(), toFirst.toFloatArray());
 *       };
 *   scorer.score(query, List.of(passage), Hooks.none().with("blocks.*.attn.hook_pattern", look));
 * }
 *
 * <p>A new point is a constant of {@code Site}, with its dimensions, and a call of {@code pass.at}
 * in the forward pass.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Keep the array that a hook is given: it is freed, or the pass goes on with it, when the
 *       hook returns. An observer may attach it to another manager.
 *   <li>Attach hooks to a model. They belong to one call.
 *   <li>Skip a point that cannot be reached without an error: a hook that does nothing silently is
 *       the worst kind of bug in this field.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.hooks;

import org.jspecify.annotations.NullMarked;
