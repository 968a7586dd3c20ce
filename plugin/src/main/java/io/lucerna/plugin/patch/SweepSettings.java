package io.lucerna.plugin.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is patched in every pair, and how; all of it decides the patched scores.
 *
 * @param kind the cells
 * @param directions one or both, in the order of {@link Direction}
 * @param side which input of a bi-encoder is patched; empty for what the pairs change
 * @param layer the layer of a {@link SweepKind#NEURON} sweep; empty for all other kinds
 * @param heads the heads of a {@link SweepKind#HEAD_POS} sweep; empty for all other kinds
 * @param filler the word whose first token fills the shorter input
 * @param batch the most patched inputs that go through the network at once
 * @param plain whether each cell gets a forward pass of its own: the slow reference
 * @param seed chooses each pair's unrelated donor
 */
public record SweepSettings(
    SweepKind kind,
    List<Direction> directions,
    Optional<Side> side,
    OptionalInt layer,
    List<Head> heads,
    String filler,
    int batch,
    boolean plain,
    long seed) {

  /** An input of a bi-encoder. */
  public enum Side {
    QUERY,
    PASSAGE;

    /**
     * The side of an option's value.
     *
     * @throws IllegalArgumentException naming the sides
     */
    public static Side parse(String option) {
      return switch (option) {
        case "query" -> QUERY;
        case "passage" -> PASSAGE;
        default ->
            throw new IllegalArgumentException("-side must be query or passage, got " + option);
      };
    }

    /** The name in options and files. */
    public String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One attention head; prints and parses {@code layer.head}. */
  public record Head(int layer, int head) {
    /**
     * Reads {@code 1.6}.
     *
     * @throws IllegalArgumentException if it is no head
     */
    public static Head parse(String text) {
      if (!text.matches("\\d{1,4}\\.\\d{1,4}")) {
        throw new IllegalArgumentException(
            "a head is written layer.head, such as 1.6; got " + text);
      }
      String[] parts = text.split("\\.", -1);
      return new Head(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
      return layer + "." + head;
    }
  }

  /**
   * Checks that layer and heads are given where the kind needs them, and nowhere else.
   *
   * @throws IllegalArgumentException naming the option
   */
  public SweepSettings {
    directions = List.copyOf(directions);
    heads = List.copyOf(heads);
    if (layer.isPresent() != (kind == SweepKind.NEURON)) {
      throw new IllegalArgumentException("-layer goes with -sweep neuron, which needs it");
    }
    if (heads.isEmpty() == (kind == SweepKind.HEAD_POS)) {
      throw new IllegalArgumentException(
          "-heads goes with -sweep head-pos, which needs it: 0.9,1.6");
    }
    if (heads.stream().distinct().count() != heads.size()) {
      throw new IllegalArgumentException("-heads names a head twice: " + heads);
    }
    if (batch < 1) {
      throw new IllegalArgumentException("-batch must be at least 1, got " + batch);
    }
    if (directions.isEmpty()) {
      throw new IllegalArgumentException("no direction");
    }
  }

  /** Names as options and values, for files. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("sweep", kind.option());
    fields.put("directions", directions.stream().map(Direction::option).toList());
    side.ifPresent(s -> fields.put("side", s.option()));
    layer.ifPresent(l -> fields.put("layer", l));
    if (!heads.isEmpty()) {
      fields.put("heads", heads.stream().map(Head::toString).toList());
    }
    fields.put("filler", filler);
    fields.put("batch", batch);
    fields.put("plain", plain);
    fields.put("seed", seed);
    return fields;
  }
}
