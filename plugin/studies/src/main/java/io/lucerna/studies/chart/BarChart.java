package io.lucerna.studies.chart;

import java.util.List;

/**
 * Changes of many items as bars from 0, in the order given; a dashed line shows their mean.
 *
 * @param title one line
 * @param subtitle lines below it
 * @param unit what the numbers are
 * @param axis what the bars are
 * @param bars at least one
 */
public record BarChart(
    String title, List<String> subtitle, String unit, String axis, List<Bar> bars)
    implements Figure {
  /**
   * One number.
   *
   * @param id distinguishes it from others of the picture
   * @param label what it is of
   * @param about what a pointer over it shows
   */
  public record Bar(String id, String label, double value, String about) {}

  /** Checks that there is something to draw. */
  public BarChart {
    if (bars.isEmpty()) {
      throw new IllegalArgumentException("no bars");
    }
  }

  @Override
  public Painter painter() {
    return new BarChartPainter(this);
  }
}
