package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;

/**
 * What is done with the activation at a hook point during one forward call.
 *
 * <p>The tensor is a copy that is only valid during the call: who wants to keep something copies it
 * out; an observer may attach the tensor to another manager.
 *
 * <p>Within a forward call of several batches, one thread at a time calls a hook, unless its {@link
 * Hooks} are {@link Hooks#concurrent}.
 */
public sealed interface Hook {

  /** Looks at an activation. Nothing it does to the tensor has an effect on the forward pass. */
  @FunctionalInterface
  non-sealed interface Observer extends Hook {
    /**
     * Called with the activation at the point, once for each batch and point.
     *
     * @param context where the pass is, and with which batch
     * @param activation a copy in the shape that the site documents, freed after the call unless
     *     the observer attaches it to another manager
     */
    void observe(HookContext context, NDArray activation);
  }

  /** Replaces an activation. */
  @FunctionalInterface
  non-sealed interface Intervention extends Hook {
    /**
     * {@return the activation with which the forward pass continues: any tensor of the argument's
     * shape and type, or the argument, changed in place or not} The argument, returned, is the
     * pass's again; another tensor is copied, and never closed.
     *
     * <p>A gradient pass goes back through the operations that made the answer. There a factor or a
     * divisor must be an array of the activation's manager: DJL frees the array that it makes of a
     * number, as in {@code x.mul(3)}, before its derivative is taken.
     *
     * @param context where the pass is, and with which batch
     * @param activation a copy in the shape that the site documents
     */
    NDArray replace(HookContext context, NDArray activation);
  }
}
