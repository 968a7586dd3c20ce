package io.lucerna.studies.chart;

import java.util.List;

/**
 * What doses do: a panel for each measure, with the change and its interval at each dose, joined by
 * lines, over the band of what is compared with.
 *
 * @param title one line
 * @param subtitle lines below it
 * @param axis what the doses are
 * @param line what the line is
 * @param band what the band is; empty without
 * @param mark what a filled dot means
 * @param panels at least one
 */
public record DoseChart(
    String title,
    List<String> subtitle,
    String axis,
    String line,
    String band,
    String mark,
    List<Panel> panels)
    implements Figure {
  /**
   * One measure.
   *
   * @param points at least one, by dose
   */
  public record Panel(String title, List<Point> points) {}

  /**
   * One dose; ends that are not defined are NaN.
   *
   * @param id distinguishes it from others of the picture
   * @param lower end of the interval of the change
   * @param upper end of the same
   * @param low end of the band
   * @param high end of the band
   * @param marked whether the dot is filled
   * @param about what a pointer over it shows
   */
  public record Point(
      String id,
      double dose,
      double change,
      double lower,
      double upper,
      double low,
      double high,
      boolean marked,
      String about) {}

  @Override
  public Painter painter() {
    return new DoseChartPainter(this);
  }
}
