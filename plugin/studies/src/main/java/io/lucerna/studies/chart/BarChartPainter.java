package io.lucerna.studies.chart;

import io.lucerna.studies.chart.BarChart.Bar;
import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Pen;
import io.lucerna.studies.chart.Canvas.Style;
import java.util.List;

/** Places the parts of a bar chart. */
final class BarChartPainter implements Figure.Painter {
  private static final double LEFT = 62;
  private static final double PLOT = 190;

  /** How wide the plot is where bars need not be wider. */
  private static final double COMMON_WIDTH = 600;

  private static final double LABEL = 7.5;
  private static final double MOST_PITCH = 22;
  private static final double LEAST_PITCH = 1.5;
  private static final int LONGEST_LABEL = 16;
  private static final Style TICK = Style.of(8.5, Anchor.END).in(Heading.QUIET);
  private static final Rgb BELOW = Rgb.parse("#2166ac");
  private static final Rgb ABOVE = Rgb.parse("#b2182b");
  private static final Rgb NONE = Rgb.parse("#8c8c8c");
  private static final double SMALLEST = 2.4;
  private static final Pen GRID = new Pen(Rgb.parse("#e2e2e2"), 0.6, false);
  private static final Pen ZERO = new Pen(Rgb.BLACK, 0.7, false);
  private static final Pen MEAN = new Pen(Rgb.parse("#333333"), 0.9, true);

  private final BarChart chart;
  private final Heading heading;
  private final double top;
  private final Ticks ticks;
  private final double pitch;
  private final boolean labelled;
  private final double longest;
  private final double mean;

  BarChartPainter(BarChart chart) {
    this.chart = chart;
    this.heading = new Heading(chart.title(), chart.subtitle());
    this.top = heading.height() + 6;
    List<Bar> bars = chart.bars();
    this.ticks =
        Ticks.holding(
            bars.stream().mapToDouble(Bar::value).min().orElse(0),
            bars.stream().mapToDouble(Bar::value).max().orElse(0));
    double share = COMMON_WIDTH / bars.size();
    this.labelled = share >= LABEL + 1;
    this.pitch = Math.clamp(share, LEAST_PITCH, MOST_PITCH);
    this.longest =
        labelled ? bars.stream().mapToDouble(b -> PlainText.width(label(b))).max().orElse(0) : 0;
    this.mean = bars.stream().mapToDouble(Bar::value).average().orElse(0);
  }

  private static String label(Bar bar) {
    return PlainText.shortened(bar.label(), LONGEST_LABEL);
  }

  private double plotWidth() {
    return chart.bars().size() * pitch;
  }

  @Override
  public double width() {
    return Math.max(heading.width(), LEFT + Math.max(plotWidth(), 120) + 62);
  }

  @Override
  public double height() {
    return top + PLOT + longest * LABEL + 36;
  }

  private double y(double value) {
    double share = (ticks.high() - value) / (ticks.high() - ticks.low());
    return top + PLOT * share;
  }

  @Override
  public void paint(Canvas canvas) {
    heading.paint(canvas);
    double right = LEFT + plotWidth();
    for (double tick : ticks.values()) {
      canvas.line(LEFT, y(tick), right, y(tick), GRID);
      canvas.text(LEFT - 5, y(tick) + 3, TICK, ticks.form().print(tick));
    }
    Style unit = Style.of(9.5, Anchor.MIDDLE).rotated(-90);
    canvas.text(18, top + PLOT / 2, unit, chart.unit());
    double at = LEFT;
    for (Bar bar : chart.bars()) {
      paint(canvas, bar, at);
      at += pitch;
    }
    canvas.line(LEFT, y(0), right, y(0), ZERO);
    canvas.line(LEFT, y(mean), right + 4, y(mean), MEAN);
    NumberForm form = new NumberForm(ticks.form().decimals() + 2);
    Style style = Style.of(8.5, Anchor.START);
    canvas.text("mean", right + 6, y(mean) + 3, style, "mean " + form.print(mean));
    double under = top + PLOT + longest * LABEL + 20;
    canvas.text(LEFT + plotWidth() / 2, under, Style.of(9.5, Anchor.MIDDLE), chart.axis());
  }

  private void paint(Canvas canvas, Bar bar, double at) {
    double gap = pitch > 4 ? 0.8 : 0.15;
    // No change shows too, and gives a pointer something to be over.
    double tall = Math.max(Math.abs(y(0) - y(bar.value())), SMALLEST);
    double from = bar.value() < 0 ? y(0) : bar.value() > 0 ? y(0) - tall : y(0) - SMALLEST / 2;
    Rgb fill = bar.value() < 0 ? BELOW : bar.value() > 0 ? ABOVE : NONE;
    canvas.cell(bar.id(), at + gap, from, pitch - 2 * gap, tall, fill, bar.about());
    if (labelled) {
      Style style = Style.of(LABEL, Anchor.END).rotated(-90);
      double bottom = top + PLOT + 5;
      canvas.text(at + pitch / 2 + LABEL * 0.36, bottom, style, label(bar));
    }
  }
}
