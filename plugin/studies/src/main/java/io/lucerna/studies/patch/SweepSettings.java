package io.lucerna.studies.patch;

import io.lucerna.eval.Comparison;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is patched in every pair, and how; all of it decides the patched scores.
 *
 * @param kind the cells
 * @param directions one or both, in the order of {@link Direction}
 * @param side which text the pairs change, and whose input a bi-encoder is patched in
 * @param layer the layer of a {@link SweepKind#NEURON} sweep; empty for all other kinds
 * @param heads the heads of a {@link SweepKind#HEAD_POS} sweep; empty for all other kinds
 * @param filler the word whose first token fills the shorter input
 * @param batch the most patched inputs that go through the network at once
 * @param plain whether each cell gets a forward pass of its own: the slow reference
 * @param mechir whether inputs are padded to MechIR's widths, and pairs read without token types
 * @param seed chooses each pair's unrelated donor
 */
public record SweepSettings(
    SweepKind kind,
    List<Direction> directions,
    Side side,
    OptionalInt layer,
    List<Head> heads,
    String filler,
    int batch,
    boolean plain,
    boolean mechir,
    long seed) {

  /** The setting that only patching studies have. */
  public static final String SWEEP = "sweep";

  /** The word that fills a shorter input unless another is named. */
  public static final String FILLER = "a";

  /** Which text of a pair is the one that changes. */
  public enum Side {
    /** The query; what the pair calls its query is the passage. */
    QUERY,
    /** The passage. */
    PASSAGE;

    /**
     * {@return the side of an option's value}
     *
     * @param option {@code query} or {@code passage}
     * @throws IllegalArgumentException naming the sides
     */
    public static Side parse(String option) {
      return switch (option) {
        case "query" -> QUERY;
        case "passage" -> PASSAGE;
        default ->
            throw new IllegalArgumentException("side must be query or passage, got " + option);
      };
    }

    /** {@return the name in options and files} */
    public String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting; as {@link Sweep} does
   */
  public SweepSettings {
    directions = List.copyOf(directions);
    heads = List.copyOf(heads);
    if (layer.isPresent() && layer.getAsInt() < 0) {
      throw new IllegalArgumentException("layer must be 0 or more, got " + layer.getAsInt());
    }
    if (heads.stream().distinct().count() != heads.size()) {
      throw new IllegalArgumentException("heads names a head twice: " + heads);
    }
    cells(kind, heads, layer);
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, got " + batch);
    }
    if (directions.isEmpty()) {
      throw new IllegalArgumentException("no direction");
    }
  }

  /**
   * {@return what {@code patch} does if nothing but the kind is said: passages, denoising}
   *
   * @param kind one that needs neither layer nor heads
   * @param batch the most patched inputs that go through the network at once
   */
  public static SweepSettings of(SweepKind kind, int batch) {
    return new SweepSettings(
        kind,
        List.of(Direction.DENOISE),
        Side.PASSAGE,
        OptionalInt.empty(),
        List.of(),
        FILLER,
        batch,
        false,
        false,
        Comparison.Settings.DEFAULT.seed());
  }

  /** {@return the cells that are swept} */
  public Sweep cells() {
    return cells(kind, heads, layer);
  }

  private static Sweep cells(SweepKind kind, List<Head> heads, OptionalInt layer) {
    return new Sweep(kind, heads, layer.orElse(-1));
  }

  /** {@return the settings by name, as options and files have them} */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(SWEEP, kind.option());
    fields.put("directions", directions.stream().map(Direction::option).toList());
    fields.put("side", side.option());
    layer.ifPresent(l -> fields.put("layer", l));
    if (!heads.isEmpty()) {
      fields.put("heads", heads.stream().map(Head::toString).toList());
    }
    fields.put("filler", filler);
    fields.put("batch", batch);
    fields.put("plain", plain);
    if (mechir) {
      fields.put("mechir", true);
    }
    fields.put("seed", seed);
    return fields;
  }
}
