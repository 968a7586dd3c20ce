package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Pen;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.SlopeChart.Slope;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Places the parts of a slope chart. */
final class SlopeChartPainter implements Figure.Painter {
  private static final double ROW = 13;
  private static final double BREAK = 18;
  private static final double PLOT = 230;
  private static final double LABEL = 8.5;
  private static final double RANK = 22;
  private static final int LONGEST_LABEL = 28;
  private static final double FOOT = 28;
  private static final Style SMALL = Style.of(LABEL, Anchor.START).in(Heading.QUIET);
  private static final Pen CUT = new Pen(Rgb.parse("#999999"), 0.7, true);

  private final SlopeChart chart;
  private final Heading heading;
  private final Map<Integer, Double> left;
  private final Map<Integer, Double> right;
  private final double names;
  private final double top;
  private final double rows;

  SlopeChartPainter(SlopeChart chart) {
    this.chart = chart;
    this.heading = new Heading(chart.title(), chart.subtitle());
    this.names =
        chart.slopes().stream().mapToDouble(s -> PlainText.width(label(s)) * LABEL).max().orElse(0)
            + 6;
    this.top = heading.height() + 18;
    this.left = places(Slope::before);
    this.right = places(Slope::after);
    this.rows = Math.max(bottom(left), bottom(right));
  }

  private static String label(Slope slope) {
    return PlainText.shortened(slope.label(), LONGEST_LABEL);
  }

  /** The places of all ranks, from the first row's. */
  private Map<Integer, Double> places(ToIntFunction<Slope> rank) {
    Map<Integer, Double> places = new TreeMap<>();
    chart.slopes().forEach(s -> places.put(rank.applyAsInt(s), 0.0));
    int below = 0;
    for (Map.Entry<Integer, Double> place : places.entrySet()) {
      boolean own = place.getKey() <= chart.cut();
      place.setValue(
          own ? (place.getKey() - 1) * ROW : (chart.cut() - 1) * ROW + BREAK + ROW * below++);
    }
    return places;
  }

  private static double bottom(Map<Integer, Double> places) {
    return places.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  private boolean below() {
    return chart.slopes().stream()
        .anyMatch(s -> s.before() > chart.cut() || s.after() > chart.cut());
  }

  private double from() {
    return Heading.MARGIN + names + RANK;
  }

  @Override
  public double width() {
    double plot = 2 * (Heading.MARGIN + names + RANK) + PLOT;
    return Math.max(Math.max(plot, heading.width()), legend(null, 0) + 2 * Heading.MARGIN);
  }

  @Override
  public double height() {
    return top + rows + ROW + FOOT;
  }

  @Override
  public void paint(Canvas canvas) {
    heading.paint(canvas);
    double fromX = from();
    double toX = fromX + PLOT;
    Style head = Style.of(9.5, Anchor.END).withBold();
    canvas.text(fromX, heading.height() + 6, head, chart.left());
    Style other = Style.of(9.5, Anchor.START).withBold();
    canvas.text(toX, heading.height() + 6, other, chart.right());
    if (below()) {
      double y = top + (chart.cut() - 1) * ROW + (BREAK + ROW) / 2 - 2;
      canvas.line(Heading.MARGIN, y, toX + RANK + names, y, CUT);
    }
    for (Slope slope : chart.slopes()) {
      double y1 = top + place(left, slope.before());
      double y2 = top + place(right, slope.after());
      canvas.stroke(slope.id(), fromX + 4, y1, toX - 4, y2, slope.pen(), slope.about());
    }
    for (Slope slope : chart.slopes()) {
      end(canvas, slope, fromX, top + place(left, slope.before()), true);
      end(canvas, slope, toX, top + place(right, slope.after()), false);
    }
    legend(canvas, height() - Heading.MARGIN + 2);
  }

  private static double place(Map<Integer, Double> places, int rank) {
    return places.getOrDefault(rank, 0.0);
  }

  private static void end(Canvas canvas, Slope slope, double x, double y, boolean left) {
    double out = left ? -1 : 1;
    canvas.dot(slope.id(), x - 4 * out, y, 2.4, slope.pen().colour());
    Anchor anchor = left ? Anchor.END : Anchor.START;
    double baseline = y + LABEL * 0.36;
    canvas.text(
        x + out * 3,
        baseline,
        Style.of(LABEL, anchor),
        "" + (left ? slope.before() : slope.after()));
    canvas.text(x + out * RANK, baseline, Style.of(LABEL, anchor).in(Heading.QUIET), label(slope));
  }

  /** Draws what pens mean, or only measures it; returns its width. */
  private double legend(@Nullable Canvas canvas, double y) {
    double x = Heading.MARGIN;
    for (Map.Entry<String, Pen> entry : chart.legend().entrySet()) {
      if (canvas != null) {
        canvas.line(x, y - 3, x + 18, y - 3, entry.getValue());
        canvas.text(x + 23, y, SMALL, entry.getKey());
      }
      x += 23 + PlainText.width(entry.getKey()) * LABEL + 14;
    }
    return x - Heading.MARGIN;
  }
}
