package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Activations of a few pairs, each read alone, in memory. */
final class MemoryRecording implements ActivationSource {
  private record Key(String id, Side side) {}

  private final Map<Key, List<Token>> tokens = new LinkedHashMap<>();
  private final Map<Key, Map<HookPoint, Slice>> slices = new LinkedHashMap<>();

  /** Records all points of a pair. */
  MemoryRecording with(String id, Ranker ranker, String query, String passage) {
    ActivationCache cache = ranker.cache(query, List.of(passage), "*");
    cache.query().ifPresent(input -> add(id, input));
    add(id, cache.passages().getFirst());
    return this;
  }

  private void add(String id, InputActivations input) {
    Key key = new Key(id, input.side());
    tokens.put(key, input.tokens());
    slices.put(key, input.slices());
  }

  /** The same without the positions from {@code length} on, as if only those had been kept. */
  MemoryRecording upTo(int length) {
    MemoryRecording cut = new MemoryRecording();
    cut.tokens.putAll(tokens);
    slices.forEach(
        (key, points) -> {
          Map<HookPoint, Slice> kept = new LinkedHashMap<>();
          points.forEach(
              (point, slice) -> {
                long[] shape = slice.shape().clone();
                int rows = Math.min(length, slice.positions().length);
                int row = slice.values().length / slice.positions().length;
                shape[0] = rows;
                kept.put(
                    point,
                    new Slice(
                        Arrays.copyOf(slice.positions(), rows),
                        shape,
                        Arrays.copyOf(slice.values(), rows * row)));
              });
          cut.slices.put(key, kept);
        });
    return cut;
  }

  @Override
  public List<String> ids() {
    return tokens.keySet().stream().map(Key::id).distinct().toList();
  }

  @Override
  public Set<HookPoint> points(Side side) {
    return slices.entrySet().stream()
        .filter(entry -> entry.getKey().side() == side)
        .findFirst()
        .map(entry -> entry.getValue().keySet())
        .orElse(Set.of());
  }

  @Override
  public List<Token> tokens(String id, Side side) {
    return new ArrayList<>(tokens.getOrDefault(new Key(id, side), List.of()));
  }

  @Override
  public Slice get(String id, Side side, HookPoint point) {
    Slice slice = slices.getOrDefault(new Key(id, side), Map.of()).get(point);
    if (slice == null) {
      throw new IllegalArgumentException(id + ", " + side + ", " + point + " was not recorded");
    }
    return slice;
  }

  @Override
  public void close() {}
}
