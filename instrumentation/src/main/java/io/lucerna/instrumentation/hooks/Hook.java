package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;

/**
 * What is done with the activation at a hook point during one forward call.
 *
 * <p>The tensor is only valid during the call: an observer copies out what it wants to keep. An
 * intervention returns a tensor of the same shape and type, or its argument.
 */
public sealed interface Hook {

  /** Looks at an activation. What it does to the tensor has no effect on the forward pass. */
  @FunctionalInterface
  non-sealed interface Observer extends Hook {
    /** Called with the activation at the point. */
    void observe(HookPoint point, NDArray activation);
  }

  /** Replaces an activation. */
  @FunctionalInterface
  non-sealed interface Intervention extends Hook {
    /** Returns the activation that the forward pass goes on with. */
    NDArray replace(HookPoint point, NDArray activation);
  }
}
