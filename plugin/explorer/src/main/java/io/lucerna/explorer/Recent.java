package io.lucerna.explorer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/** What was used last, as much as there is room for. One thread at a time uses it. */
final class Recent<K, V> {
  private final long room;
  private final ToLongBiFunction<K, V> size;
  private final Map<K, V> kept = new LinkedHashMap<>(16, .75f, true);
  private long taken;

  /**
   * @param room the largest sum of sizes
   * @param size of a key with its value, always the same
   */
  Recent(long room, ToLongBiFunction<K, V> size) {
    this.room = room;
    this.size = size;
  }

  @Nullable V get(K key) {
    return kept.get(key);
  }

  /** Keeps a value; what was not used for longest makes room, and what is too large is not kept. */
  void put(K key, V value) {
    V before = kept.put(key, value);
    taken += size.applyAsLong(key, value) - (before == null ? 0 : size.applyAsLong(key, before));
    Iterator<Map.Entry<K, V>> eldest = kept.entrySet().iterator();
    while (taken > room) {
      Map.Entry<K, V> one = eldest.next();
      taken -= size.applyAsLong(one.getKey(), one.getValue());
      eldest.remove();
    }
  }
}
