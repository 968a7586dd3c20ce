package io.lucerna.studies.chart;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A picture of numbers in rows and columns, in one or several panels with one scale.
 *
 * @param title one line
 * @param subtitle lines below it
 * @param unit what the numbers are
 * @param mark what a dot in a cell means
 * @param scale their colours
 * @param panels at least one
 * @param legend what the colours of the columns' strips mean; empty without strips
 */
public record HeatMap(
    String title,
    List<String> subtitle,
    String unit,
    String mark,
    DivergingScale scale,
    List<Panel> panels,
    Map<String, Rgb> legend)
    implements Figure {

  /**
   * One number.
   *
   * @param id distinguishes it from others of the picture
   * @param value NaN if it is not defined
   * @param marked whether it gets a dot
   * @param about what a pointer over it shows
   */
  public record Cell(String id, double value, boolean marked, String about) {}

  /**
   * Rows and columns.
   *
   * @param title one line; empty for none
   * @param rowAxis what rows are
   * @param rows their labels
   * @param columnAxis what columns are
   * @param columns their labels
   * @param strip a colour for each column; empty for none
   * @param cells row by row; null where there is no cell
   */
  public record Panel(
      String title,
      String rowAxis,
      List<String> rows,
      String columnAxis,
      List<String> columns,
      List<Rgb> strip,
      List<@Nullable Cell> cells) {

    /** Checks the numbers of labels and cells. */
    public Panel {
      if (rows.size() * columns.size() != cells.size()
          || !strip.isEmpty() && strip.size() != columns.size()) {
        throw new IllegalArgumentException(
            rows.size() + " rows and " + columns.size() + " columns for " + cells.size());
      }
    }
  }

  @Override
  public Painter painter() {
    return new HeatMapPainter(this);
  }
}
