package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.HeatMap.Cell;
import io.lucerna.studies.chart.HeatMap.Panel;
import java.util.List;
import java.util.Objects;

/** Places and paints one panel: title, labels, cells, axes. */
final class PanelLayout {
  private static final double NUMBER = 8;
  private static final double LABEL = 8.5;
  private static final double AXIS = 9.5;
  private static final int MANY = 28;

  /** So few columns are as wide as their labels. */
  private static final int FEW = 8;

  private static final int LONGEST_LABEL = 18;
  private static final double STRIP = 5;

  private final Panel panel;
  private final DivergingScale scale;
  private final NumberForm form;
  private final List<String> columns;
  private final List<String> rows;
  private final double cellWidth;
  private final double cellHeight;
  private final boolean turned;
  private final boolean numbers;
  private final double left;
  private final double above;
  private double below;
  private boolean columnLabels = true;
  private double x;
  private double y;

  /**
   * Sizes a panel.
   *
   * @param widest the width of the widest number in any panel: their cells are equally wide
   */
  PanelLayout(Panel panel, DivergingScale scale, NumberForm form, double widest) {
    this.panel = panel;
    this.scale = scale;
    this.form = form;
    this.columns = shortened(panel.columns());
    this.rows = shortened(panel.rows());
    boolean wide = columns.size() > MANY;
    this.numbers = !wide;
    double label = columns.size() <= FEW ? widest(columns) : 0;
    this.cellWidth = wide ? 12 : Math.max(26, Math.max(widest + 7, label + 8));
    this.cellHeight = wide && rows.size() > MANY ? 12 : wide ? 14 : 20;
    this.turned = widest(columns) > cellWidth - 2;
    this.left = widest(rows) + 8 + 14;
    this.above = panel.title().isEmpty() ? 0 : 17;
    double labels = turned ? widest(columns) + 8 : 14;
    this.below = strip() + labels + 14;
  }

  /** The width of a panel's widest number. */
  static double widestNumber(Panel panel, NumberForm form) {
    double widest = 0;
    for (Cell cell : panel.cells()) {
      String text = HeatMapPainter.number(cell, form);
      widest = Math.max(widest, text == null ? 0 : PlainText.width(text) * NUMBER);
    }
    return widest;
  }

  private double strip() {
    return panel.strip().isEmpty() ? 0 : STRIP + 2;
  }

  /** Another panel below has the same columns. */
  void leaveOutColumnLabels() {
    columnLabels = false;
    below = strip();
  }

  private static List<String> shortened(List<String> labels) {
    return labels.stream().map(l -> PlainText.shortened(l, LONGEST_LABEL)).toList();
  }

  private static double widest(List<String> labels) {
    return labels.stream().mapToDouble(l -> PlainText.width(l) * LABEL).max().orElse(0);
  }

  void place(double toX, double toY) {
    this.x = toX;
    this.y = toY;
  }

  double width() {
    double title = PlainText.width(panel.title()) * AXIS * Heading.BOLD;
    return left + Math.max(plotWidth(), title);
  }

  double height() {
    return above + plotHeight() + below;
  }

  double plotTop() {
    return y + above;
  }

  double plotHeight() {
    return rows.size() * cellHeight;
  }

  private double plotWidth() {
    return columns.size() * cellWidth;
  }

  void paint(Canvas canvas) {
    double fromX = x + left;
    double fromY = plotTop();
    if (!panel.title().isEmpty()) {
      canvas.text(fromX, y + 10, Style.of(AXIS, Anchor.START).withBold(), panel.title());
    }
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        Cell cell = panel.cells().get(row * columns.size() + column);
        if (cell != null) {
          paint(canvas, cell, fromX + column * cellWidth, fromY + row * cellHeight);
        }
      }
    }
    canvas.frame(fromX, fromY, plotWidth(), plotHeight());
    rowLabels(canvas, fromX, fromY);
    columnLabels(canvas, fromX, fromY + plotHeight());
  }

  private void paint(Canvas canvas, Cell cell, double atX, double atY) {
    boolean defined = !Double.isNaN(cell.value());
    Rgb fill = defined ? scale.colour(cell.value()) : null;
    // A hair of white between cells.
    canvas.cell(
        cell.id(), atX + 0.3, atY + 0.3, cellWidth - 0.6, cellHeight - 0.6, fill, cell.about());
    if (!defined) {
      return;
    }
    Rgb ink = Objects.requireNonNull(fill).text();
    if (cell.marked()) {
      double inset = numbers ? 3.2 : 2.6;
      double radius = numbers ? 1.4 : 1.2;
      canvas.dot(cell.id(), atX + cellWidth - inset, atY + inset, radius, ink);
    }
    if (numbers) {
      Style style = Style.of(NUMBER, Anchor.MIDDLE).in(ink);
      double baseline = atY + cellHeight / 2 + NUMBER * 0.42;
      canvas.text(cell.id(), atX + cellWidth / 2, baseline, style, form.print(cell.value()));
    }
  }

  private void rowLabels(Canvas canvas, double fromX, double fromY) {
    Style style = Style.of(LABEL, Anchor.END);
    for (int row = 0; row < rows.size(); row++) {
      double baseline = fromY + (row + 0.5) * cellHeight + LABEL * 0.36;
      canvas.text(fromX - 4, baseline, style, rows.get(row));
    }
    Style axis = Style.of(AXIS, Anchor.MIDDLE).rotated(-90);
    canvas.text(x + 9, fromY + plotHeight() / 2, axis, panel.rowAxis());
  }

  private void columnLabels(Canvas canvas, double fromX, double fromY) {
    double under = fromY;
    if (!panel.strip().isEmpty()) {
      for (int column = 0; column < columns.size(); column++) {
        double at = fromX + column * cellWidth + 0.3;
        canvas.box(at, under + 2, cellWidth - 0.6, STRIP, panel.strip().get(column));
      }
      under += STRIP + 2;
    }
    if (!columnLabels) {
      return;
    }
    for (int column = 0; column < columns.size(); column++) {
      double middle = fromX + (column + 0.5) * cellWidth;
      if (turned) {
        Style style = Style.of(LABEL, Anchor.END).rotated(-90);
        canvas.text(middle + LABEL * 0.36, under + 5, style, columns.get(column));
      } else {
        canvas.text(middle, under + 11, Style.of(LABEL, Anchor.MIDDLE), columns.get(column));
      }
    }
    Style axis = Style.of(AXIS, Anchor.MIDDLE);
    double baseline = fromY + below - 3;
    canvas.text(fromX + plotWidth() / 2, baseline, axis, panel.columnAxis());
  }
}
