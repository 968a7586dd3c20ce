package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Pen;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.DoseChart.Panel;
import io.lucerna.studies.chart.DoseChart.Point;
import java.util.List;
import java.util.stream.DoubleStream;

/** Places the parts of a dose chart: two panels in a row. */
final class DoseChartPainter implements Figure.Painter {
  private static final double LEFT = 66;
  private static final double PLOT = 210;
  private static final double GAP = 22;
  private static final double HEAD = 20;
  private static final double TALL = 140;
  private static final double FOOT = 42;
  private static final double KEY = 16;
  private static final Style NAME = Style.of(9.5, Anchor.START).withBold();
  private static final Style TICK = Style.of(8.5, Anchor.END).in(Heading.QUIET);
  private static final Style DOSE = Style.of(8.5, Anchor.MIDDLE).in(Heading.QUIET);
  private static final Style SMALL = Style.of(8.5, Anchor.START).in(Heading.QUIET);
  private static final Rgb BAND = Rgb.parse("#d9d9d9");
  private static final Rgb LINE = Rgb.parse("#2166ac");
  private static final Pen GRID = new Pen(Rgb.parse("#e2e2e2"), 0.6, false);
  private static final Pen ZERO = new Pen(Rgb.BLACK, 0.7, false);
  private static final Pen JOINED = new Pen(LINE, 1.2, false);
  private static final Pen INTERVAL = new Pen(LINE, 0.9, false);

  private final DoseChart chart;
  private final Heading heading;
  private final double least;
  private final double most;

  DoseChartPainter(DoseChart chart) {
    this.chart = chart;
    this.heading = new Heading(chart.title(), chart.subtitle());
    double[] doses =
        chart.panels().stream()
            .flatMap(p -> p.points().stream())
            .mapToDouble(Point::dose)
            .toArray();
    double low = DoubleStream.of(doses).min().orElseThrow();
    double high = DoubleStream.of(doses).max().orElseThrow();
    this.least = low == high ? low - 1 : low;
    this.most = low == high ? high + 1 : high;
  }

  private int columns() {
    return Math.min(2, chart.panels().size());
  }

  @Override
  public double width() {
    double plots = columns() * (LEFT + PLOT + GAP);
    double keys = 30 + PlainText.width(chart.line() + chart.mark() + chart.band()) * 8.5 + 110;
    return Math.max(heading.width(), Math.max(plots, keys));
  }

  @Override
  public double height() {
    int rows = Math.ceilDiv(chart.panels().size(), columns());
    return heading.height() + rows * (HEAD + TALL + FOOT) + KEY;
  }

  @Override
  public void paint(Canvas canvas) {
    heading.paint(canvas);
    for (int i = 0; i < chart.panels().size(); i++) {
      double x = LEFT + i % columns() * (LEFT + PLOT + GAP);
      double y = heading.height() + HEAD + i / columns() * (HEAD + TALL + FOOT);
      panel(canvas, chart.panels().get(i), x, y);
    }
    legend(canvas, height() - 10);
  }

  private double x(double dose, double from) {
    return from + 8 + (PLOT - 16) * (dose - least) / (most - least);
  }

  private void panel(Canvas canvas, Panel panel, double from, double top) {
    List<Point> points = panel.points();
    double[] all =
        points.stream()
            .flatMapToDouble(
                p -> DoubleStream.of(p.change(), p.lower(), p.upper(), p.low(), p.high()))
            .filter(v -> !Double.isNaN(v))
            .toArray();
    Ticks ticks =
        Ticks.holding(DoubleStream.of(all).min().orElse(0), DoubleStream.of(all).max().orElse(0));
    double tall = TALL / (ticks.high() - ticks.low());
    double zero = top + ticks.high() * tall;
    canvas.text(from, top - 7, NAME, panel.title());
    band(canvas, points, from, zero, tall);
    for (double tick : ticks.values()) {
      canvas.line(from, zero - tick * tall, from + PLOT, zero - tick * tall, GRID);
      canvas.text(from - 5, zero - tick * tall + 3, TICK, ticks.form().print(tick));
    }
    canvas.line(from, zero, from + PLOT, zero, ZERO);
    double last = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      double x = x(point.dose(), from);
      String dose = form(point.dose());
      double half = PlainText.width(dose) * DOSE.size() / 2;
      if (x - half > last + 3) {
        canvas.text(x, top + TALL + 13, DOSE, dose);
        last = x + half;
      }
      if (i > 0) {
        Point before = points.get(i - 1);
        canvas.line(
            x(before.dose(), from),
            zero - before.change() * tall,
            x,
            zero - point.change() * tall,
            JOINED);
      }
    }
    for (Point point : points) {
      point(canvas, point, x(point.dose(), from), zero, tall);
    }
    canvas.text(from + PLOT / 2, top + TALL + 27, DOSE, chart.axis());
  }

  /** Minus signs as on the other axis; whole numbers without a point. */
  private static String form(double dose) {
    String text = dose == Math.rint(dose) ? "" + Math.round(dose) : "" + dose;
    return text.replace('-', '\u2212');
  }

  private void band(Canvas canvas, List<Point> all, double from, double zero, double tall) {
    List<Point> points = all.stream().filter(p -> !Double.isNaN(p.low())).toList();
    int n = points.size();
    if (n < 2) {
      return;
    }
    double[] x = new double[2 * n];
    double[] y = new double[2 * n];
    for (int i = 0; i < n; i++) {
      x[i] = x(points.get(i).dose(), from);
      x[2 * n - 1 - i] = x[i];
      y[i] = zero - points.get(i).high() * tall;
      y[2 * n - 1 - i] = zero - points.get(i).low() * tall;
    }
    canvas.area(x, y, BAND);
  }

  private static void point(Canvas canvas, Point point, double x, double zero, double tall) {
    double y = zero - point.change() * tall;
    boolean interval = !Double.isNaN(point.lower());
    canvas.stroke(
        point.id(),
        x,
        interval ? zero - point.lower() * tall : y,
        x,
        interval ? zero - point.upper() * tall : y,
        INTERVAL,
        point.about());
    dot(canvas, point.id(), x, y, point.marked());
  }

  private static void dot(Canvas canvas, String id, double x, double y, boolean filled) {
    canvas.dot(id, x, y, 3, LINE);
    if (!filled) {
      canvas.dot(id, x, y, 1.9, Rgb.WHITE);
    }
  }

  private void legend(Canvas canvas, double y) {
    double x = Heading.MARGIN;
    canvas.line(x, y - 3, x + 18, y - 3, JOINED);
    x = key(canvas, x + 23, y, chart.line());
    dot(canvas, "key", x + 3, y - 3, true);
    x = key(canvas, x + 10, y, chart.mark());
    if (!chart.band().isEmpty()) {
      canvas.box(x, y - 8, 18, 9, BAND);
      key(canvas, x + 23, y, chart.band());
    }
  }

  private static double key(Canvas canvas, double x, double y, String words) {
    canvas.text(x, y, SMALL, words);
    return x + PlainText.width(words) * SMALL.size() + 16;
  }
}
