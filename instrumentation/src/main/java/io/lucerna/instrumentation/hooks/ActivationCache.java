package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Activations kept from one forward call, by point. Data only. Closing it frees them.
 *
 * <p>A cache holds one activation per point, so it serves one batch; a second batch through the
 * same observer is an error.
 */
public final class ActivationCache implements AutoCloseable {
  private final NDManager manager = NDManager.newBaseManager();
  private final Map<HookPoint, NDArray> kept = new LinkedHashMap<>();

  /** An observer that keeps what it sees in this cache. */
  public Hook.Observer observer() {
    return (context, activation) -> {
      NDArray copy = activation.duplicate();
      copy.attach(manager);
      if (kept.putIfAbsent(context.point(), copy) != null) {
        copy.close();
        throw new IllegalStateException(
            context.point() + " was recorded already; use one cache for each batch");
      }
    };
  }

  /**
   * The activation at a point, owned by this cache.
   *
   * @throws IllegalArgumentException if the point was not recorded
   */
  public NDArray get(HookPoint point) {
    NDArray array = kept.get(point);
    if (array == null) {
      throw new IllegalArgumentException(point + " was not recorded; recorded: " + kept.keySet());
    }
    return array;
  }

  /** The points recorded, in forward order. */
  public Map<HookPoint, NDArray> all() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(kept));
  }

  @Override
  public void close() {
    manager.close();
  }
}
