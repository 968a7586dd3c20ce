package io.lucerna.studies.chart;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes SVG 1.1 that stands alone: no scripts, no references outside. */
public final class SvgCanvas implements Canvas {
  private static final Rgb LINE = Rgb.parse("#555555");

  private final StringBuilder out = new StringBuilder();
  private final String hatching;

  /**
   * Starts a picture.
   *
   * @param name distinguishes it from others on one page: letters, digits and dashes
   * @param title for those who cannot see it
   */
  public SvgCanvas(String name, String title, double width, double height) {
    this.hatching = name + "-none";
    out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" id=\"")
        .append(name)
        .append("\" width=\"")
        .append(number(width))
        .append("pt\" height=\"")
        .append(number(height))
        .append("pt\" viewBox=\"0 0 ")
        .append(number(width) + " " + number(height))
        .append("\" font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\">\n<title>")
        .append(PlainText.escaped(title))
        .append("</title>\n<defs><pattern id=\"")
        .append(hatching)
        .append("\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">")
        .append("<rect width=\"6\" height=\"6\" fill=\"#d9d9d9\"/>")
        .append("<path d=\"M0 6L6 0\" stroke=\"#8c8c8c\" stroke-width=\"1\"/></pattern></defs>\n");
    box(0, 0, width, height, Rgb.WHITE);
  }

  /** Ends the picture. */
  public String finish() {
    return out + "</svg>\n";
  }

  @Override
  public void cell(
      String id,
      double x,
      double y,
      double width,
      double height,
      @Nullable Rgb fill,
      String about) {
    rectangle(x, y, width, height);
    out.append(" fill=\"").append(fill == null ? "url(#" + hatching + ")" : fill.hex());
    out.append("\" data-cell=\"")
        .append(PlainText.escaped(id))
        .append("\"><title>")
        .append(PlainText.escaped(about))
        .append("</title></rect>\n");
  }

  @Override
  public void area(double[] x, double[] y, Rgb fill) {
    out.append("<path d=\"");
    for (int i = 0; i < x.length; i++) {
      out.append(i == 0 ? 'M' : 'L').append(number(x[i])).append(' ').append(number(y[i]));
    }
    out.append("Z\" fill=\"").append(fill.hex()).append("\" pointer-events=\"none\"/>\n");
  }

  @Override
  public void box(double x, double y, double width, double height, Rgb fill) {
    rectangle(x, y, width, height);
    out.append(" fill=\"").append(fill.hex()).append("\"/>\n");
  }

  @Override
  public void frame(double x, double y, double width, double height) {
    rectangle(x, y, width, height);
    out.append(" fill=\"none\" stroke=\"").append(LINE.hex()).append("\" stroke-width=\".6\"/>\n");
  }

  @Override
  public void line(double x1, double y1, double x2, double y2) {
    line(x1, y1, x2, y2, new Pen(LINE, 0.6, false));
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Pen pen) {
    startLine(x1, y1, x2, y2, pen);
    out.append(" pointer-events=\"none\"/>\n");
  }

  @Override
  public void stroke(String id, double x1, double y1, double x2, double y2, Pen pen, String about) {
    startLine(x1, y1, x2, y2, pen);
    out.append(" stroke-linecap=\"round\" data-line=\"").append(PlainText.escaped(id));
    out.append("\"><title>").append(PlainText.escaped(about)).append("</title></line>\n");
  }

  private void startLine(double x1, double y1, double x2, double y2, Pen pen) {
    out.append("<line x1=\"").append(number(x1)).append("\" y1=\"").append(number(y1));
    out.append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2));
    out.append("\" stroke=\"").append(pen.colour().hex());
    out.append("\" stroke-width=\"").append(number(pen.width())).append('"');
    if (pen.dashed()) {
      out.append(" stroke-dasharray=\"4 3\"");
    }
  }

  @Override
  public void dot(String id, double x, double y, double radius, Rgb fill) {
    out.append("<circle cx=\"").append(number(x)).append("\" cy=\"").append(number(y));
    out.append("\" r=\"").append(number(radius)).append("\" fill=\"").append(fill.hex());
    out.append("\" data-mark=\"")
        .append(PlainText.escaped(id))
        .append("\" pointer-events=\"none\"/>\n");
  }

  @Override
  public void text(String id, double x, double y, Style style, String text) {
    text(x, y, style, text, " data-text=\"" + PlainText.escaped(id) + "\"");
  }

  @Override
  public void text(double x, double y, Style style, String text) {
    text(x, y, style, text, "");
  }

  private void text(double x, double y, Style style, String text, String attributes) {
    out.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
    out.append("\" font-size=\"").append(number(style.size())).append('"');
    if (style.anchor() != Anchor.START) {
      String anchor = style.anchor().name().toLowerCase(Locale.ROOT);
      out.append(" text-anchor=\"").append(anchor).append('"');
    }
    if (style.bold()) {
      out.append(" font-weight=\"bold\"");
    }
    if (style.rotation() != 0) {
      out.append(" transform=\"rotate(").append(number(style.rotation()));
      out.append(' ').append(number(x)).append(' ').append(number(y)).append(")\"");
    }
    out.append(" fill=\"").append(style.colour().hex()).append('"').append(attributes);
    out.append(" pointer-events=\"none\">").append(PlainText.escaped(text)).append("</text>\n");
  }

  private void rectangle(double x, double y, double width, double height) {
    out.append("<rect x=\"").append(number(x)).append("\" y=\"").append(number(y));
    out.append("\" width=\"").append(number(width));
    out.append("\" height=\"").append(number(height)).append('"');
  }

  /** Two decimals at most; pages hold many thousands of these. */
  private static String number(double value) {
    long hundredths = Math.round(Math.abs(value) * 100);
    StringBuilder text = new StringBuilder(value < 0 && hundredths > 0 ? "-" : "");
    text.append(hundredths / 100);
    long rest = hundredths % 100;
    if (rest > 0) {
      text.append('.').append(rest / 10);
      if (rest % 10 > 0) {
        text.append(rest % 10);
      }
    }
    return text.toString();
  }
}
