package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.memory.Gate;
import io.lucerna.instrumentation.nn.Derivatives;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Activations kept from one forward call, by point, as arrays where the pass computes. Closing it
 * frees them.
 *
 * <p>It holds one activation per point, so it serves one batch; a second batch through the same
 * observer is an error. The arrays belong to it: nothing may compute with one on another thread
 * while it is closed.
 */
public final class BatchActivations implements AutoCloseable {
  private static final String NAME = "the activation cache";

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Gate gate = new Gate(manager::close);
  private final Map<HookPoint, NDArray> kept = new LinkedHashMap<>();

  /** Holds nothing yet. */
  public BatchActivations() {}

  /**
   * {@return an observer that keeps here what it is shown, which nobody may use afterwards} It
   * fails with {@link IllegalStateException} where it sees a point for the second time, or once
   * this is closed.
   */
  public Hook.Observer observer() {
    return (context, activation) -> gate.call(NAME, () -> keep(context.point(), activation));
  }

  private NDArray keep(HookPoint point, NDArray activation) {
    if (kept.containsKey(point)) {
      throw new IllegalStateException(
          point + " was recorded already; use one cache for each batch");
    }
    NDArray own = Derivatives.wanted() ? activation.duplicate() : activation;
    own.attach(manager);
    kept.put(point, own);
    return own;
  }

  /**
   * {@return the activation at a point, owned by this}
   *
   * @param point a point that was observed
   * @throws IllegalArgumentException if the point was not recorded
   * @throws IllegalStateException if this is closed
   */
  public NDArray get(HookPoint point) {
    NDArray array = gate.call(NAME, () -> kept.get(point));
    if (array == null) {
      throw new IllegalArgumentException(point + " was not recorded; recorded: " + kept.keySet());
    }
    return array;
  }

  /**
   * {@return the recorded activations by point, in forward order: a snapshot whose arrays still
   * belong to this}
   *
   * @throws IllegalStateException if this is closed
   */
  public Map<HookPoint, NDArray> all() {
    return gate.call(NAME, () -> Collections.unmodifiableMap(new LinkedHashMap<>(kept)));
  }

  /** Frees the activations; closing again does nothing. */
  @Override
  public void close() {
    gate.close(NAME);
  }
}
