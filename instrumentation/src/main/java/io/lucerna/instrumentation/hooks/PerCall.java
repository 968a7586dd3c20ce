package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;
import io.lucerna.base.Internal;
import java.util.function.Supplier;

/**
 * An observer that keeps something from one point of a call to the next. Each call has one of its
 * own, whatever number of points it is at: so calls at once do not mix, and nothing is left of one
 * that fails.
 */
@Internal
public final class PerCall implements Hook.Observer {
  private final Supplier<? extends Hook.Observer> maker;

  /**
   * Creates the observer.
   *
   * @param maker makes that of one call, which several threads may use at once if the hooks are
   *     {@link Hooks#concurrent}
   */
  public PerCall(Supplier<? extends Hook.Observer> maker) {
    this.maker = maker;
  }

  /** The observer of a call that begins. */
  Hook.Observer begin() {
    return maker.get();
  }

  @Override
  public void observe(HookContext context, NDArray activation) {
    throw new IllegalStateException("no call was begun at " + context.point());
  }
}
