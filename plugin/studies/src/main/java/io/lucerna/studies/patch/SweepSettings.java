package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.eval.Comparison;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep.Exact;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.reranker.ScorerOptions;
import java.util.ArrayList;
import java.util.Comparator;
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
 * @param methods how the scores of patches are found, each once, the exact way first: fast, or
 *     plain, which is its slow reference
 * @param check for how many pairs the exact sweep runs too where it is not among the methods
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
    List<Method> methods,
    int check,
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
  @Internal
  public SweepSettings {
    directions = List.copyOf(directions);
    heads = List.copyOf(heads);
    methods = List.copyOf(methods);
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
    check(methods, check);
  }

  private static void check(List<Method> methods, int check) {
    List<String> names = methods.stream().map(Method::option).toList();
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("no method");
    }
    if (names.stream().distinct().count() != names.size()) {
      throw new IllegalArgumentException("a method is named twice: " + String.join(", ", names));
    }
    if (methods.contains(Exact.PLAIN) && methods.size() > 1) {
      throw new IllegalArgumentException("plain goes with exact alone; estimates have one way");
    }
    if (check < 0) {
      throw new IllegalArgumentException("check must be 0 or more, got " + check);
    }
    if (check > 0 && methods.getFirst() instanceof Exact) {
      throw new IllegalArgumentException("check is for estimates alone: exact sweeps all pairs");
    }
  }

  /**
   * {@return what makes settings; until it is told otherwise, they are as {@code patch} has them:
   * passages, denoising}
   *
   * @param kind the cells
   */
  public static Builder of(SweepKind kind) {
    return new Builder(kind);
  }

  /** Makes settings step by step. Not thread-safe. */
  public static final class Builder {
    private final SweepKind kind;
    private List<Direction> directions = List.of(Direction.DENOISE);
    private Side side = Side.PASSAGE;
    private OptionalInt layer = OptionalInt.empty();
    private List<Head> heads = List.of();
    private String filler = FILLER;
    private int batch = ScorerOptions.DEFAULT_BATCH;
    private List<Method> methods = List.of(Method.FAST);
    private int check;
    private boolean mechir;
    private long seed = Comparison.Settings.DEFAULT.seed();

    private Builder(SweepKind kind) {
      this.kind = kind;
    }

    /**
     * {@return this, with other directions}
     *
     * @param some one or both, in the order of {@link Direction}
     */
    public Builder directions(List<Direction> some) {
      directions = List.copyOf(some);
      return this;
    }

    /**
     * {@return this, with the text that changes}
     *
     * @param one the side
     */
    public Builder side(Side one) {
      side = one;
      return this;
    }

    /**
     * {@return this, with the layer of a {@link SweepKind#NEURON} sweep}
     *
     * @param one from 0
     */
    public Builder layer(int one) {
      layer = OptionalInt.of(one);
      return this;
    }

    /**
     * {@return this, with the heads of a {@link SweepKind#HEAD_POS} sweep}
     *
     * @param some each once
     */
    public Builder heads(List<Head> some) {
      heads = List.copyOf(some);
      return this;
    }

    /**
     * {@return this, with another filler}
     *
     * @param word one that is one token
     */
    public Builder filler(String word) {
      filler = word;
      return this;
    }

    /**
     * {@return this, with another size of batches}
     *
     * @param most the most patched inputs that go through the network at once
     */
    public Builder batch(int most) {
      batch = most;
      return this;
    }

    /**
     * {@return this, with other ways to find the scores of patches}
     *
     * @param some {@link Method#FAST} or {@link Method#PLAIN}, and any {@link
     *     io.lucerna.instrumentation.sweep.Estimate}s, in any order
     */
    public Builder methods(List<Method> some) {
      List<Method> exactFirst = new ArrayList<>(some);
      exactFirst.sort(Comparator.comparing(method -> !(method instanceof Exact)));
      methods = exactFirst;
      return this;
    }

    /**
     * {@return this, with the exact sweep beside estimates}
     *
     * @param pairs for how many pairs, spread over queries by the seed
     */
    public Builder check(int pairs) {
      check = pairs;
      return this;
    }

    /**
     * {@return this, with MechIR's inputs or not}
     *
     * @param padded whether inputs are padded to MechIR's widths, and have no token types
     */
    public Builder mechir(boolean padded) {
      mechir = padded;
      return this;
    }

    /**
     * {@return this, with another seed}
     *
     * @param other chooses each pair's unrelated donor
     */
    public Builder seed(long other) {
      seed = other;
      return this;
    }

    /**
     * {@return the settings}
     *
     * @throws IllegalArgumentException naming the setting that is wrong
     */
    public SweepSettings build() {
      return new SweepSettings(
          kind, directions, side, layer, heads, filler, batch, methods, check, mechir, seed);
    }
  }

  /** All that a study has lists of: directions, and in each of them methods. */
  List<Way> ways() {
    return directions.stream()
        .flatMap(direction -> methods.stream().map(method -> new Way(direction, method)))
        .toList();
  }

  /** Whether pairs are swept exactly and by estimates. */
  boolean compares() {
    return methods.size() > 1 && methods.getFirst() instanceof Exact || check > 0;
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
    fields.put("methods", methods.stream().map(Method::option).toList());
    if (check > 0) {
      fields.put("check", check);
    }
    fields.put("plain", methods.contains(Exact.PLAIN));
    if (mechir) {
      fields.put("mechir", true);
    }
    fields.put("seed", seed);
    return fields;
  }
}
