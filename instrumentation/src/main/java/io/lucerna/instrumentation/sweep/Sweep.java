package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which cells are patched, one at a time (MechIR, section 3; Meng et al. 2022, section 2).
 *
 * @param kind the kind of sweep
 * @param heads the heads of a {@link SweepKind#HEAD_POS} sweep, else empty
 * @param layer the layer of a {@link SweepKind#NEURON} sweep, else -1
 */
public record Sweep(SweepKind kind, List<Head> heads, int layer) {
  private static final List<Site> COMPONENTS = List.of(Site.RESID_PRE, Site.ATTN_OUT, Site.MLP_OUT);
  private static final List<Site> HEAD_SITES = List.of(Site.Z, Site.PATTERN);

  /**
   * A head, written {@code 3.7}.
   *
   * @param layer from 0
   * @param head from 0
   */
  public record Head(int layer, int head) {

    /**
     * Parses {@code layer.head}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Head parse(String text) {
      if (!text.matches("\\d{1,4}\\.\\d{1,4}")) {
        throw new IllegalArgumentException(
            "a head is written layer.head, such as 1.6; got " + text);
      }
      String[] parts = text.split("\\.", 2);
      return new Head(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
      return layer + "." + head;
    }
  }

  /** Checks that the kind has what it needs, and nothing else. */
  public Sweep {
    heads = List.copyOf(heads);
    if ((kind == SweepKind.HEAD_POS) == heads.isEmpty()) {
      throw new IllegalArgumentException(
          heads.isEmpty()
              ? "a head-pos sweep needs heads"
              : "only a head-pos sweep chooses heads, not " + kind.option());
    }
    if ((kind == SweepKind.NEURON) != (layer >= 0)) {
      throw new IllegalArgumentException(
          layer < 0
              ? "a neuron sweep needs a layer"
              : "only a neuron sweep chooses a layer, not " + kind.option());
    }
  }

  /** A sweep that needs no more than its kind: block, head or mlp. */
  public static Sweep of(SweepKind kind) {
    return new Sweep(kind, List.of(), -1);
  }

  /**
   * Checks that the model has what the sweep names.
   *
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

  /** The cells' dimensions, outermost first. */
  public List<Axis> axes(ModelConfig model, int positions) {
    Axis layers = numbers("layer", model.layers());
    Axis places = numbers(Axis.POSITION, positions);
    return switch (kind) {
      case BLOCK ->
          List.of(
              new Axis("component", List.of("resid_pre", "attn_out", "mlp_out")), layers, places);
      case HEAD -> List.of(layers, numbers("head", model.heads()));
      case HEAD_POS ->
          List.of(
              new Axis("component", List.of("z", "pattern")),
              new Axis("head", heads.stream().map(Head::toString).toList()),
              places);
      case MLP -> List.of(layers);
      case NEURON -> List.of(numbers("unit", model.mlpWidth()));
    };
  }

  private static Axis numbers(String name, int count) {
    return new Axis(name, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  /** The cells in the order of the axes. */
  public List<Cell> cells(ModelConfig model, int positions) {
    List<Cell> cells = new ArrayList<>();
    switch (kind) {
      case BLOCK -> {
        for (Site site : COMPONENTS) {
          for (int l = 0; l < model.layers(); l++) {
            for (int p = 0; p < positions; p++) {
              cells.add(new Cell(site, l, -1, -1, p));
            }
          }
        }
      }
      case HEAD -> {
        for (int l = 0; l < model.layers(); l++) {
          for (int h = 0; h < model.heads(); h++) {
            cells.add(new Cell(Site.Z, l, h, -1, -1));
          }
        }
      }
      case HEAD_POS -> {
        for (Site site : HEAD_SITES) {
          for (Head head : heads) {
            for (int p = 0; p < positions; p++) {
              cells.add(new Cell(site, head.layer(), head.head(), -1, p));
            }
          }
        }
      }
      case MLP -> {
        for (int l = 0; l < model.layers(); l++) {
          cells.add(new Cell(Site.MLP_OUT, l, -1, -1, -1));
        }
      }
      case NEURON -> {
        for (int u = 0; u < model.mlpWidth(); u++) {
          cells.add(new Cell(Site.MLP_POST, layer, -1, u, -1));
        }
      }
    }
    return cells;
  }
}
