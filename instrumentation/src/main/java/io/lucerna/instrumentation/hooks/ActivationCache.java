package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.memory.Gate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Activations kept from one forward call, by point. Data only. Closing it frees them.
 *
 * <p>A cache holds one activation per point, so it serves one batch; a second batch through the
 * same observer is an error. The arrays are the cache's: nothing may compute with one on another
 * thread while the cache is closed.
 */
public final class ActivationCache implements AutoCloseable {
  private static final String NAME = "the activation cache";

  private final NDManager manager = NDManager.newBaseManager();
  private final Gate gate = new Gate(manager::close);
  private final Map<HookPoint, NDArray> kept = new LinkedHashMap<>();

  /** Makes an empty cache, for one batch. */
  public ActivationCache() {}

  /**
   * {@return an observer that keeps a copy of what it sees in this cache} It fails with {@link
   * IllegalStateException} where it sees a point for the second time, or once the cache is closed.
   */
  public Hook.Observer observer() {
    return (context, activation) -> gate.call(NAME, () -> keep(context.point(), activation));
  }

  private NDArray keep(HookPoint point, NDArray activation) {
    NDArray copy = activation.duplicate();
    copy.attach(manager);
    if (kept.putIfAbsent(point, copy) != null) {
      copy.close();
      throw new IllegalStateException(
          point + " was recorded already; use one cache for each batch");
    }
    return copy;
  }

  /**
   * {@return the activation at a point, owned by this cache}
   *
   * @param point a point that was observed
   * @throws IllegalArgumentException if the point was not recorded
   * @throws IllegalStateException if the cache is closed
   */
  public NDArray get(HookPoint point) {
    NDArray array = gate.call(NAME, () -> kept.get(point));
    if (array == null) {
      throw new IllegalArgumentException(point + " was not recorded; recorded: " + kept.keySet());
    }
    return array;
  }

  /**
   * {@return the recorded activations by point, in forward order: a snapshot whose arrays this
   * cache still owns}
   *
   * @throws IllegalStateException if the cache is closed
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
