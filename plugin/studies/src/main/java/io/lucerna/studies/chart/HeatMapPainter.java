package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.HeatMap.Cell;
import io.lucerna.studies.chart.HeatMap.Panel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Places the parts of a heat map; see {@link PanelLayout} for a panel's inside. */
final class HeatMapPainter implements Figure.Painter {
  private static final double MARGIN = Heading.MARGIN;
  private static final double GAP = 26;

  /** Panels stand side by side while they are narrower than a page. */
  private static final double PAGE = 860;

  private static final double BAR_WIDTH = 12;
  private static final double BAR_ROOM = 78;
  private static final double LEAST_BAR = 124;
  private static final double MOST_BAR = 220;
  private static final int BAR_STEPS = 100;
  private static final double FOOT = 30;

  private static final Style SMALL = Style.of(8.5, Anchor.START).in(Heading.QUIET);

  private final HeatMap map;
  private final Heading heading;
  private final NumberForm form;
  private final List<PanelLayout> panels = new ArrayList<>();
  private final double width;
  private final double plots;
  private final double bar;
  private final double height;

  HeatMapPainter(HeatMap map) {
    this.map = map;
    this.form = NumberForm.of(map.scale().limit());
    this.heading = new Heading(map.title(), map.subtitle());
    double top = heading.height();
    double across = -GAP;
    double widest = 0;
    double number =
        map.panels().stream().mapToDouble(p -> PanelLayout.widestNumber(p, form)).max().orElse(0);
    for (Panel panel : map.panels()) {
      PanelLayout layout = new PanelLayout(panel, map.scale(), form, number);
      panels.add(layout);
      across += layout.width() + GAP;
      widest = Math.max(widest, layout.width());
    }
    boolean beside = across <= PAGE;
    if (!beside && sameColumns()) {
      panels.subList(0, panels.size() - 1).forEach(PanelLayout::leaveOutColumnLabels);
    }
    double x = MARGIN;
    double y = top;
    double bottom = top;
    for (PanelLayout layout : panels) {
      layout.place(x, y);
      bottom = Math.max(bottom, y + layout.height());
      if (beside) {
        x += layout.width() + GAP;
      } else {
        y += layout.height() + GAP;
      }
    }
    this.plots = beside ? across : widest;
    this.bar = Math.clamp(panels.getFirst().plotHeight(), LEAST_BAR, MOST_BAR);
    double foot = foot(null) > 0 ? FOOT : 0;
    this.height = Math.max(bottom, panels.getFirst().plotTop() + bar + 14) + foot + MARGIN;
    this.width =
        Math.max(
            MARGIN + plots + BAR_ROOM + MARGIN,
            Math.max(heading.width(), MARGIN + foot(null) + MARGIN));
  }

  private boolean sameColumns() {
    return map.panels().stream().map(Panel::columns).distinct().count() == 1;
  }

  @Override
  public double width() {
    return width;
  }

  @Override
  public double height() {
    return height;
  }

  @Override
  public void paint(Canvas canvas) {
    heading.paint(canvas);
    panels.forEach(panel -> panel.paint(canvas));
    bar(canvas);
    foot(canvas);
  }

  private void bar(Canvas canvas) {
    double x = MARGIN + plots + 22;
    double from = panels.getFirst().plotTop();
    double limit = map.scale().limit();
    double step = bar / BAR_STEPS;
    for (int i = 0; i < BAR_STEPS; i++) {
      double value = limit * (1 - 2 * (i + 0.5) / BAR_STEPS);
      // Boxes overlap a little, so that no light shows between them.
      double tall = i == BAR_STEPS - 1 ? step : step + 0.4;
      canvas.box(x, from + i * step, BAR_WIDTH, tall, map.scale().colour(value));
    }
    canvas.frame(x, from, BAR_WIDTH, bar);
    for (double share : new double[] {1, 0.5, 0, -0.5, -1}) {
      double y = from + bar * (1 - share) / 2;
      canvas.line(x + BAR_WIDTH, y, x + BAR_WIDTH + 3, y);
      canvas.text(
          String.format(Locale.ROOT, "tick:%.1f", share),
          x + BAR_WIDTH + 5,
          y + 3,
          SMALL,
          form.tick(share * limit));
    }
    double middle = from + bar / 2;
    Style turned = Style.of(8.5, Anchor.MIDDLE).rotated(90).in(SMALL.colour());
    canvas.text(x + BAR_WIDTH + 42, middle, turned, map.unit());
  }

  /** Draws what marks mean, or only measures it; returns its width. */
  private double foot(@Nullable Canvas canvas) {
    double y = height - MARGIN - 4;
    double x = MARGIN;
    if (any(Cell::marked)) {
      x += key(canvas, x, y, null, map.mark(), true);
    }
    if (any(cell -> Double.isNaN(cell.value()))) {
      x += key(canvas, x, y, null, "not defined", false);
    }
    for (Map.Entry<String, Rgb> entry : map.legend().entrySet()) {
      x += key(canvas, x, y, entry.getValue(), entry.getKey(), false);
    }
    return x - MARGIN;
  }

  private boolean any(Predicate<Cell> what) {
    return map.panels().stream()
        .flatMap(panel -> panel.cells().stream())
        .anyMatch(cell -> cell != null && what.test(cell));
  }

  private static double key(
      @Nullable Canvas canvas, double x, double y, @Nullable Rgb fill, String text, boolean dot) {
    if (canvas != null) {
      if (dot) {
        canvas.dot("key", x + 4, y - 3, 1.6, Rgb.BLACK);
      } else {
        canvas.cell("key", x, y - 7, 8, 8, fill, text);
        canvas.frame(x, y - 7, 8, 8);
      }
      canvas.text(x + 12, y, SMALL, text);
    }
    return 12 + PlainText.width(text) * SMALL.size() + 12;
  }

  /** One number as text, or null where it has none. */
  static @Nullable String number(@Nullable Cell cell, NumberForm form) {
    return cell == null || Double.isNaN(cell.value()) ? null : form.print(cell.value());
  }
}
