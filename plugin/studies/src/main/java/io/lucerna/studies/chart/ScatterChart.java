package io.lucerna.studies.chart;

import java.util.List;

/**
 * Pairs of numbers of one kind, each a dot, over the line where both are equal.
 *
 * @param title one line
 * @param subtitle lines below it
 * @param across what the first number is
 * @param up what the second number is
 * @param filled what a filled dot is
 * @param hollow what a hollow dot is
 * @param points at least one
 */
public record ScatterChart(
    String title,
    List<String> subtitle,
    String across,
    String up,
    String filled,
    String hollow,
    List<Point> points)
    implements Figure {
  /**
   * A pair of numbers.
   *
   * @param id distinguishes it from others of the picture
   * @param x the first number
   * @param y the second number
   * @param filled whether the dot is filled
   * @param about what a pointer over it shows
   */
  public record Point(String id, double x, double y, boolean filled, String about) {}

  @Override
  public Painter painter() {
    return new ScatterChartPainter(this);
  }
}
