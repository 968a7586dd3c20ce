package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Which cells are patched, one at a time (MechIR, section 3; Meng et al. 2022, section 2).
 *
 * @param kind the kind of sweep
 * @param heads the heads of a {@link SweepKind#HEAD_POS} sweep, else empty
 * @param layer the layer of a {@link SweepKind#NEURON} sweep, else -1
 */
public record Sweep(SweepKind kind, List<Head> heads, int layer) {
  /**
   * Checks that the kind has what it needs, and nothing else.
   *
   * @throws IllegalArgumentException naming what is lacking, or one too many
   */
  public Sweep {
    heads = List.copyOf(heads);
    if ((kind == SweepKind.HEAD_POS) == heads.isEmpty()) {
      throw new IllegalArgumentException(
          heads.isEmpty()
              ? "a head-pos sweep needs heads, such as L0H9,L1H6"
              : "only a head-pos sweep chooses heads, not " + kind.option());
    }
    if ((kind == SweepKind.NEURON) != (layer >= 0)) {
      throw new IllegalArgumentException(
          layer < 0
              ? "a neuron sweep needs a layer"
              : "only a neuron sweep chooses a layer, not " + kind.option());
    }
  }

  /**
   * {@return a sweep that needs no more than its kind}
   *
   * @param kind any but {@link SweepKind#HEAD_POS} and {@link SweepKind#NEURON}
   * @throws IllegalArgumentException if the kind needs heads or a layer
   */
  public static Sweep of(SweepKind kind) {
    return new Sweep(kind, List.of(), -1);
  }

  /**
   * Checks that the model has what the sweep names.
   *
   * @param model what the model is made of
   * @throws IllegalArgumentException naming what it lacks
   */
  public void check(ModelConfig model) {
    for (Head head : heads) {
      inRange("layer", head.layer(), model.layers());
      inRange("head", head.head(), model.heads());
    }
    if (layer >= 0) {
      inRange("layer", layer, model.layers());
    }
  }

  private static void inRange(String what, int value, int bound) {
    if (value >= bound) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s %d does not exist; the model has 0..%d", what, value, bound - 1));
    }
  }

  /**
   * {@return the cells' dimensions, outermost first}
   *
   * @param model what the model is made of
   * @param positions the number of tokens of each input
   */
  public List<Axis> axes(ModelConfig model, int positions) {
    return kind.cells().axes(this, model, positions);
  }

  /** {@return what is patched, for a title: {@code attention heads (z)}} */
  public String title() {
    return kind.cells().title(this);
  }

  /**
   * {@return the cells in the order of the axes, the last one fastest}
   *
   * @param model what the model is made of
   * @param positions the number of tokens of each input
   * @throws ArithmeticException if there are more cells than an int can count
   */
  public List<Cell> cells(ModelConfig model, int positions) {
    int[] sizes = axes(model, positions).stream().mapToInt(Axis::size).toArray();
    int count = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    List<Cell> cells = new ArrayList<>(count);
    int[] at = new int[sizes.length];
    for (int i = 0; i < count; i++) {
      int rest = i;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        at[axis] = rest % sizes[axis];
        rest /= sizes[axis];
      }
      cells.add(kind.cells().cell(this, at));
    }
    return cells;
  }
}
