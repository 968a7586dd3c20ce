package io.lucerna.studies.chart;

import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Style;
import java.util.List;

/** The lines above a picture. */
record Heading(String title, List<String> subtitle) {
  static final double MARGIN = 14;
  static final Rgb QUIET = Rgb.parse("#444444");

  /** How much wider bold letters are. */
  static final double BOLD = 1.22;

  private static final Style TITLE = Style.of(13, Anchor.START).withBold();
  private static final Style SUBTITLE = Style.of(9.5, Anchor.START).in(QUIET);

  /** Where what is below may begin. */
  double height() {
    return MARGIN + 16 + 13 * subtitle.size() + 8;
  }

  /** How wide the lines are, with both margins. */
  double width() {
    double widest = PlainText.width(title) * TITLE.size() * BOLD;
    for (String line : subtitle) {
      widest = Math.max(widest, PlainText.width(line) * SUBTITLE.size());
    }
    return widest + 2 * MARGIN;
  }

  void paint(Canvas canvas) {
    canvas.text("title", MARGIN, MARGIN + 11, TITLE, title);
    double y = MARGIN + 16;
    for (int i = 0; i < subtitle.size(); i++) {
      y += 13;
      canvas.text("subtitle-" + i, MARGIN, y - 2, SUBTITLE, subtitle.get(i));
    }
  }
}
