package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Pen;
import java.util.List;
import java.util.Map;

/**
 * Ranks of items before and after, joined by lines. Ranks to a cut stand at their place; items
 * below it follow in their order, close together, with their rank.
 *
 * @param title one line
 * @param subtitle lines below it
 * @param left what the left ranks are
 * @param right what the right ranks are
 * @param cut the last rank that stands at its own place
 * @param slopes at least one; later ones are drawn over earlier ones
 * @param legend what pens mean
 */
public record SlopeChart(
    String title,
    List<String> subtitle,
    String left,
    String right,
    int cut,
    List<Slope> slopes,
    Map<String, Pen> legend)
    implements Figure {
  /**
   * One item.
   *
   * @param id distinguishes it from others of the picture
   * @param label its name
   * @param before its rank on the left, from 1
   * @param after its rank on the right, from 1
   * @param about what a pointer over it shows
   */
  public record Slope(String id, String label, int before, int after, Pen pen, String about) {}

  /** Checks that there is something to draw. */
  public SlopeChart {
    if (slopes.isEmpty()) {
      throw new IllegalArgumentException("no slopes");
    }
  }

  @Override
  public Painter painter() {
    return new SlopeChartPainter(this);
  }
}
