/**
 * A model that can be looked into and changed while it runs.
 *
 * <p>{@link io.lucerna.instrumentation.model.HookedModel} holds a network and runs batches through
 * it, with the hooks of the call; {@link io.lucerna.instrumentation.model.Readout} turns an output
 * into a score.
 *
 * {@snippet lang=java :
 *   Hook.Intervention flatten =
 *       (context, z) -> z.mean(new int[] {1}, true).broadcast(z.getShape()); // [B, S, N, D]
 *   return model.forward(batch, Hooks.none().with("blocks.0.attn.hook_z", flatten));
 * }
 *
 * <p>It is safe for many threads: weights are only read, and every call has its own native memory.
 * Closing it waits for running calls.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Let native memory leave a call. Outputs are floats; activations leave through hooks that
 *       copy them.
 *   <li>Close a model from one of its own hooks: it is refused, because it would wait for itself.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.model;

import org.jspecify.annotations.NullMarked;
