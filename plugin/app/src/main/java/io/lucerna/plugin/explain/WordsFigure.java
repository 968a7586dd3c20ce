package io.lucerna.plugin.explain;

import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.studies.chart.Canvas;
import io.lucerna.studies.chart.Canvas.Anchor;
import io.lucerna.studies.chart.Canvas.Style;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.chart.PlainText;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.studies.explain.Difference;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.explain.Words;
import io.lucerna.studies.explain.Words.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Words on a ground that says what they add to a score, and below them the largest components as
 * bars.
 *
 * @param title one line
 * @param texts what words stand together
 * @param parts the largest components, the largest first
 */
record WordsFigure(String title, List<Text> texts, List<Part> parts) implements Figure {
  private static final int PARTS = 12;

  /** Words under one heading. */
  record Text(String heading, List<Word> words) {}

  /** A component and what it adds. */
  record Part(String name, double adds) {}

  static WordsFigure of(Explained pair) {
    SideParts side = pair.parts().sides().getLast();
    List<Part> parts = new ArrayList<>();
    side.components().forEach((component, adds) -> parts.add(new Part(component.toString(), adds)));
    return new WordsFigure(
        "Query " + pair.qid() + ", passage " + pair.docid() + ": score " + pair.parts().score(),
        texts(pair, ""),
        largest(parts));
  }

  /** Both passages, and what components add to one beyond the other. */
  static WordsFigure difference(Explained one, Explained other) {
    Difference difference = Difference.of(one, other);
    List<Text> texts = new ArrayList<>(texts(one, one.docid() + ", "));
    texts.addAll(texts(other, other.docid() + ", "));
    List<Part> parts =
        difference.components().stream()
            .map(row -> new Part(row.name(), row.difference()))
            .toList();
    return new WordsFigure(
        String.format(
            Locale.ROOT,
            "%s %s %s: %+.4f; bars are differences",
            one.docid(),
            difference.side(),
            other.docid(),
            difference.score()),
        texts,
        largest(parts));
  }

  private static List<Text> texts(Explained pair, String before) {
    return pair.parts().sides().stream()
        .map(
            side ->
                new Text(
                    before + side.side().name().toLowerCase(Locale.ROOT), Words.of(side, pair)))
        .toList();
  }

  private static List<Part> largest(List<Part> parts) {
    return parts.stream()
        .sorted(Comparator.comparingDouble(part -> -Math.abs(part.adds())))
        .limit(PARTS)
        .toList();
  }

  @Override
  public Painter painter() {
    return new Layout(this);
  }

  /** Places words line by line. */
  private static final class Layout implements Painter {
    private static final double WIDTH = 640;
    private static final double MARGIN = 14;
    private static final double LINE = 19;
    private static final double SIZE = 10;
    private static final double BAR = 13;
    private static final double LABEL = 70;
    private static final Rgb QUIET = Rgb.parse("#444444");
    private static final Style TITLE = new Style(12, true, Anchor.START, 0, Rgb.BLACK);
    private static final Style SMALL = new Style(9, false, Anchor.START, 0, QUIET);

    private final WordsFigure figure;
    private final DivergingScale words;
    private final DivergingScale bars;

    Layout(WordsFigure figure) {
      this.figure = figure;
      this.words =
          DivergingScale.holding(
              figure.texts.stream()
                  .flatMap(text -> text.words.stream())
                  .mapToDouble(Word::adds)
                  .toArray());
      this.bars = DivergingScale.holding(figure.parts.stream().mapToDouble(Part::adds).toArray());
    }

    @Override
    public double width() {
      return WIDTH;
    }

    @Override
    public double height() {
      return place(null);
    }

    @Override
    public void paint(Canvas canvas) {
      place(canvas);
    }

    /** Paints, if there is something to paint on, and returns how far down that reaches. */
    private double place(@Nullable Canvas canvas) {
      double y = MARGIN + 12;
      if (canvas != null) {
        canvas.text("title", MARGIN, y, TITLE, PlainText.shortened(figure.title, 80));
      }
      int number = 0;
      for (Text text : figure.texts) {
        y += 22;
        if (canvas != null) {
          canvas.text(MARGIN, y, SMALL, text.heading);
        }
        y += 6;
        double x = MARGIN;
        for (Word word : text.words) {
          String shown = PlainText.shortened(word.text(), 40);
          double width = PlainText.width(shown) * SIZE + 6;
          x += word.gap() && x > MARGIN ? 2 : 0;
          if (x + width > WIDTH - MARGIN && x > MARGIN) {
            x = MARGIN;
            y += LINE;
          }
          if (canvas != null) {
            Rgb ground = words.colour(word.adds());
            String about = String.format(Locale.ROOT, "%s %+.4f", shown, word.adds());
            canvas.cell("w" + number, x, y, width, LINE - 3, ground, about);
            canvas.text(
                x + width / 2,
                y + 12,
                new Style(SIZE, false, Anchor.MIDDLE, 0, ground.text()),
                shown);
          }
          number++;
          x += width;
        }
        y += LINE;
      }
      y += 8;
      double middle = MARGIN + LABEL + (WIDTH - 2 * MARGIN - LABEL) / 2;
      double half = (WIDTH - 2 * MARGIN - LABEL) / 2 - 50;
      for (Part part : figure.parts) {
        if (canvas != null) {
          double length = half * Math.min(1, Math.abs(part.adds) / bars.limit());
          String adds = String.format(Locale.ROOT, "%+.4f", part.adds);
          double from = part.adds < 0 ? middle - length : middle;
          canvas.text(MARGIN, y + 10, SMALL, part.name);
          canvas.cell(
              part.name,
              from,
              y + 2,
              length,
              BAR - 4,
              bars.colour(part.adds),
              part.name + " " + adds);
          Anchor side = part.adds < 0 ? Anchor.END : Anchor.START;
          canvas.text(
              part.adds < 0 ? from - 4 : from + length + 4,
              y + 10,
              new Style(8.5, false, side, 0, QUIET),
              adds.replace('-', '\u2212'));
        }
        y += BAR;
      }
      return y + MARGIN;
    }
  }
}
