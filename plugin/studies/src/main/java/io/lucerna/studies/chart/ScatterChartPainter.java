package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Pen;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.ScatterChart.Point;
import java.util.stream.DoubleStream;

/** Places the parts of a scatter chart: a square with the same scale on both sides. */
final class ScatterChartPainter implements Figure.Painter {
  private static final double LEFT = 66;
  private static final double SIDE = 300;
  private static final double TOP = 24;
  private static final double FOOT = 62;
  private static final Style TICK = Style.of(8.5, Anchor.END).in(Heading.QUIET);
  private static final Style BELOW = Style.of(8.5, Anchor.MIDDLE).in(Heading.QUIET);
  private static final Style NAME = Style.of(8.5, Anchor.START).in(Heading.QUIET);
  private static final Rgb DOT = Rgb.parse("#2166ac");
  private static final Pen GRID = new Pen(Rgb.parse("#e2e2e2"), 0.6, false);
  private static final Pen ZERO = new Pen(Rgb.BLACK, 0.7, false);
  private static final Pen EQUAL = new Pen(Rgb.parse("#9e9e9e"), 0.9, true);

  private final ScatterChart chart;
  private final Heading heading;
  private final Ticks ticks;

  ScatterChartPainter(ScatterChart chart) {
    this.chart = chart;
    this.heading = new Heading(chart.title(), chart.subtitle());
    double[] all =
        chart.points().stream().flatMapToDouble(p -> DoubleStream.of(p.x(), p.y())).toArray();
    this.ticks =
        Ticks.holding(
            DoubleStream.of(all).min().orElseThrow(), DoubleStream.of(all).max().orElseThrow());
  }

  @Override
  public double width() {
    double keys = 70 + PlainText.width(chart.filled() + chart.hollow()) * NAME.size();
    return Math.max(heading.width(), Math.max(LEFT + SIDE + 30, keys));
  }

  @Override
  public double height() {
    return heading.height() + TOP + SIDE + FOOT;
  }

  /** How far a number is from the low end of its axis. */
  private double along(double value) {
    return SIDE * (value - ticks.low()) / (ticks.high() - ticks.low());
  }

  @Override
  public void paint(Canvas canvas) {
    heading.paint(canvas);
    double bottom = heading.height() + TOP + SIDE;
    canvas.text(LEFT - 40, bottom - SIDE - 10, NAME, chart.up());
    double last = Double.NEGATIVE_INFINITY;
    for (double tick : ticks.values()) {
      Pen pen = tick == 0 ? ZERO : GRID;
      double at = along(tick);
      String text = ticks.form().print(tick);
      canvas.line(LEFT, bottom - at, LEFT + SIDE, bottom - at, pen);
      canvas.line(LEFT + at, bottom - SIDE, LEFT + at, bottom, pen);
      canvas.text(LEFT - 5, bottom - at + 3, TICK, text);
      double half = PlainText.width(text) * BELOW.size() / 2;
      if (at - half > last + 3) {
        canvas.text(LEFT + at, bottom + 13, BELOW, text);
        last = at + half;
      }
    }
    canvas.line(LEFT, bottom, LEFT + SIDE, bottom - SIDE, EQUAL);
    for (Point point : chart.points()) {
      dot(canvas, point, LEFT + along(point.x()), bottom - along(point.y()));
    }
    canvas.text(LEFT + SIDE / 2, bottom + 27, BELOW, chart.across());
    legend(canvas, height() - 10);
  }

  private static void dot(Canvas canvas, Point point, double x, double y) {
    // A stroke within the dot carries what a pointer shows.
    canvas.stroke(point.id(), x - 2, y, x + 2, y, new Pen(DOT, 1, false), point.about());
    dot(canvas, point.id(), x, y, point.filled());
  }

  private static void dot(Canvas canvas, String id, double x, double y, boolean filled) {
    canvas.dot(id, x, y, 3, DOT);
    if (!filled) {
      canvas.dot(id, x, y, 1.9, Rgb.WHITE);
    }
  }

  private void legend(Canvas canvas, double y) {
    double x = Heading.MARGIN;
    dot(canvas, "key", x + 3, y - 3, true);
    canvas.text(x + 10, y, NAME, chart.filled());
    x += 26 + PlainText.width(chart.filled()) * NAME.size();
    dot(canvas, "key", x + 3, y - 3, false);
    canvas.text(x + 10, y, NAME, chart.hollow());
  }
}
