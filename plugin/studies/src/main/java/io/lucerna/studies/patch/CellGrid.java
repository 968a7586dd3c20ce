package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cells arranged in panels of rows and columns.
 *
 * @param panels at least one
 */
record CellGrid(List<Panel> panels) {
  /** More indices of a single axis than this stand in several rows. */
  private static final int LONGEST_COLUMN = 32;

  private static final int WRAPPED_ROW = 64;

  /** No cell. */
  static final int NONE = -1;

  /**
   * One panel.
   *
   * @param title one line, or empty
   * @param cells row by row the numbers of cells, the last axis fastest, or {@link #NONE}
   */
  record Panel(
      String title,
      String rowAxis,
      List<String> rows,
      String columnAxis,
      List<String> columns,
      int[] cells) {}

  /**
   * Arranges the cells of some axes, outermost first: the last two are rows and columns, each
   * combination of the others is a panel. A single axis is a column, a long one stands in several
   * rows.
   */
  static CellGrid of(List<Axis> axes) {
    Axis columns = axes.getLast();
    List<Axis> others =
        axes.subList(0, axes.size() - 1).stream().filter(a -> a.size() > 1).toList();
    if (others.isEmpty()) {
      return new CellGrid(List.of(line(columns)));
    }
    Axis rows = others.getLast();
    List<Panel> panels = new ArrayList<>();
    List<String> titles = List.of("");
    for (Axis axis : others.subList(0, others.size() - 1)) {
      titles =
          titles.stream()
              .flatMap(t -> axis.labels().stream().map(l -> t.isEmpty() ? l : t + ", " + l))
              .toList();
    }
    int size = rows.size() * columns.size();
    for (int i = 0; i < titles.size(); i++) {
      panels.add(
          new Panel(
              titles.get(i),
              rows.name(),
              rows.labels(),
              columns.name(),
              columns.labels(),
              IntStream.range(i * size, (i + 1) * size).toArray()));
    }
    return new CellGrid(panels);
  }

  private static Panel line(Axis axis) {
    if (axis.size() <= LONGEST_COLUMN) {
      int[] cells = IntStream.range(0, axis.size()).toArray();
      return new Panel("", axis.name(), axis.labels(), "", List.of(""), cells);
    }
    int rows = Math.ceilDiv(axis.size(), WRAPPED_ROW);
    List<String> labels = IntStream.range(0, rows).mapToObj(r -> "" + r * WRAPPED_ROW).toList();
    List<String> columns =
        IntStream.range(0, WRAPPED_ROW).mapToObj(c -> c % 8 == 0 ? "+" + c : "").toList();
    int[] cells =
        IntStream.range(0, rows * WRAPPED_ROW).map(i -> i < axis.size() ? i : NONE).toArray();
    return new Panel("", axis.name(), labels, "", columns, cells);
  }
}
