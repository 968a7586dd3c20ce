package io.lucerna.explorer;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.KeptPairs;
import io.lucerna.reranker.Reading;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The candidates at hand, as the plain model reads them, for specs: what {@code record -positions
 * all} would write of them. A point is read when it is asked for.
 */
final class CandidateRecording implements ActivationSource {
  /** What specs call it. */
  static final String NAME = "candidates";

  /** Bytes of the points that were read last. */
  private static final long REMEMBERED = 1L << 28;

  private final Reading reading;
  private final KeptPairs pairs;
  private final List<String> ids;
  private final Map<Side, List<TokenSequence>> inputs = new EnumMap<>(Side.class);
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Recent<HookPoint, Map<Side, InputActivations[]>> read;

  /**
   * @param ids of the pairs, in the order of the passages
   */
  CandidateRecording(Reading reading, KeptPairs pairs, String query, List<String> ids) {
    this.reading = reading;
    this.pairs = pairs;
    this.ids = ids;
    for (Side side : reading.sides()) {
      inputs.put(
          side, side == Side.QUERY ? List.of(reading.input(side, query, "")) : pairs.inputs());
    }
    for (String id : ids) {
      numbers.put(id, numbers.size());
    }
    this.read = new Recent<>(REMEMBERED, (point, all) -> bytes(point));
  }

  @Override
  public List<String> ids() {
    return ids;
  }

  @Override
  public Set<HookPoint> points(Side side) {
    Set<HookPoint> points = new LinkedHashSet<>();
    for (PointShape shape : PointShape.of(List.of("*"), reading.points())) {
      if (inputs.containsKey(side) && shape.reachedOn(side)) {
        points.add(shape.point());
      }
    }
    return points;
  }

  @Override
  public List<Token> tokens(String id, Side side) {
    return inputs.getOrDefault(side, List.of()).get(number(id, side)).tokens();
  }

  @Override
  public Slice get(String id, Side side, HookPoint point) {
    Map<Side, InputActivations[]> known = read.get(point);
    if (known == null) {
      known = read(point);
      read.put(point, known);
    }
    return known.getOrDefault(side, new InputActivations[0])[number(id, side)].get(point);
  }

  private int number(String id, Side side) {
    Integer number = numbers.get(id);
    if (number == null) {
      throw new IllegalArgumentException("there is no candidate " + id);
    }
    return side == Side.QUERY ? 0 : number;
  }

  private Map<Side, InputActivations[]> read(HookPoint point) {
    if (bytes(point) > REMEMBERED) {
      throw new IllegalArgumentException(
          "the numbers at " + point + " of all candidates are too many; ask for fewer candidates");
    }
    Map<Side, InputActivations[]> all = new EnumMap<>(Side.class);
    inputs.forEach((side, own) -> all.put(side, new InputActivations[own.size()]));
    pairs.score(
        InputActivations.hooks(
            reading.points(),
            List.of(point.toString()),
            input ->
                all.getOrDefault(input.side(), new InputActivations[1])[input.number()] = input));
    return all;
  }

  /** Of a point, in all inputs. */
  private long bytes(HookPoint point) {
    PointShape shape = PointShape.of(point, reading.points());
    long numbers = 0;
    for (Map.Entry<Side, List<TokenSequence>> own : inputs.entrySet()) {
      if (shape.reachedOn(own.getKey())) {
        for (TokenSequence input : own.getValue()) {
          numbers += shape.rows(input.length()) * shape.perRow(input.length());
        }
      }
    }
    return numbers * Float.BYTES;
  }

  @Override
  public void close() {
    // What it holds is on the heap.
  }
}
