package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Activations of a few pairs, each read alone, in memory. */
final class MemoryRecording implements ActivationSource {
  private record Key(String id, Side side) {}

  private final Map<Key, List<Token>> tokens = new LinkedHashMap<>();
  private final Map<Key, Map<HookPoint, Slice>> slices = new LinkedHashMap<>();

  /** Records all points of a pair. */
  MemoryRecording with(String id, Ranker ranker, String query, String passage) {
    Hook.Observer record =
        (context, activation) -> {
          Key key = new Key(id, context.batch().side());
          List<Token> read = context.batch().sequences().getFirst().tokens();
          tokens.put(key, read);
          slices
              .computeIfAbsent(key, k -> new LinkedHashMap<>())
              .put(context.point(), slice(context.point(), activation, read.size()));
        };
    ranker.score(query, List.of(passage), Hooks.none().with("*", record));
    return this;
  }

  private static Slice slice(HookPoint point, NDArray activation, int length) {
    List<String> letters = point.letters();
    if (letters.contains("qpos")) {
      try (NDArray byQuery = activation.get(0).transpose(1, 0, 2)) {
        int[] all = IntStream.range(0, length).toArray();
        return new Slice(all, byQuery.getShape().getShape(), byQuery.toFloatArray());
      }
    }
    float[] values = activation.toFloatArray();
    if (letters.contains("kpos")) { // [1, head, 1, kpos]
      return new Slice(new int[1], new long[] {1, values.length / length, length}, values);
    }
    long[] shape = activation.getShape().getShape();
    if (!letters.contains("pos")) {
      shape[0] = 1;
      return new Slice(new int[1], shape, values);
    }
    return new Slice(
        IntStream.range(0, length).toArray(), Arrays.copyOfRange(shape, 1, shape.length), values);
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
