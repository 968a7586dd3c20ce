package io.lucerna.studies.chart;

import org.jspecify.annotations.Nullable;

/**
 * What pictures are drawn on. Lengths are in points, from the top left; a text's place is its
 * baseline's.
 */
public interface Canvas {
  /** Which point of a text stands at its place. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /**
   * How a text is set.
   *
   * @param size of the face
   * @param bold whether it is bold
   * @param anchor which point stands at its place
   * @param rotation in degrees, clockwise, about that point
   * @param colour of the letters
   */
  record Style(double size, boolean bold, Anchor anchor, double rotation, Rgb colour) {
    static Style of(double size, Anchor anchor) {
      return new Style(size, false, anchor, 0, Rgb.BLACK);
    }

    Style withBold() {
      return new Style(size, true, anchor, rotation, colour);
    }

    Style rotated(double degrees) {
      return new Style(size, bold, anchor, degrees, colour);
    }

    Style in(Rgb other) {
      return new Style(size, bold, anchor, rotation, other);
    }
  }

  /**
   * How a line is drawn.
   *
   * @param dashed whether it has gaps
   */
  record Pen(Rgb colour, double width, boolean dashed) {}

  /**
   * A filled rectangle that stands for a number.
   *
   * @param id distinguishes it from others of the picture
   * @param fill null for slanted lines: there is no number
   * @param about what a pointer over it shows
   */
  void cell(
      String id, double x, double y, double width, double height, @Nullable Rgb fill, String about);

  /** A filled polygon, its corners in order. */
  void area(double[] x, double[] y, Rgb fill);

  /** A filled rectangle. */
  void box(double x, double y, double width, double height, Rgb fill);

  /** The outline of a rectangle. */
  void frame(double x, double y, double width, double height);

  /** A line. */
  void line(double x1, double y1, double x2, double y2);

  /** A line drawn with this pen. */
  void line(double x1, double y1, double x2, double y2, Pen pen);

  /**
   * A line that stands for two numbers.
   *
   * @param id distinguishes it from others of the picture
   * @param about what a pointer over it shows
   */
  void stroke(String id, double x1, double y1, double x2, double y2, Pen pen, String about);

  /** A filled dot that marks the cell of this id. */
  void dot(String id, double x, double y, double radius, Rgb fill);

  /** A text that can be identified. */
  void text(String id, double x, double y, Style style, String text);

  /** A text. */
  void text(double x, double y, Style style, String text);
}
