package io.lucerna.studies.chart;

import com.pngencoder.PngEncoder;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Paints a picture in memory, without a screen, and writes it as PNG. */
public final class PngCanvas implements Canvas {
  /** Pixels per point: 216 to an inch. */
  private static final double SCALE = 3;

  /** Of zlib: a higher one takes longer, and saves a twentieth. */
  private static final int COMPRESSION = 4;

  private static final double LINE = 0.6;
  private static final double HATCH = 6;

  private final BufferedImage image;
  private final Graphics2D graphics;
  private final Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 1);

  /**
   * Whether this Java can draw text: one without its graphics libraries, or on a machine without
   * any font, cannot.
   */
  public static boolean available() {
    try {
      new PngCanvas(1, 1).text(0, 0, Style.of(1, Anchor.START), "a");
      return true;
    } catch (RuntimeException | LinkageError | InternalError e) {
      return false;
    }
  }

  /** Starts a picture of this size in points. */
  public PngCanvas(double width, double height) {
    image =
        new BufferedImage(
            (int) Math.ceil(width * SCALE),
            (int) Math.ceil(height * SCALE),
            BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.scale(SCALE, SCALE);
    graphics.setStroke(new BasicStroke((float) LINE));
  }

  /** Ends the picture and writes it. */
  public void finish(OutputStream out) throws IOException {
    graphics.dispose();
    try {
      new PngEncoder()
          .withBufferedImage(image)
          .withCompressionLevel(COMPRESSION)
          .withMultiThreadedCompressionEnabled(false)
          .toStream(out);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
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
    if (fill == null) {
      hatch(x, y, width, height);
    } else {
      box(x, y, width, height, fill);
    }
  }

  @Override
  public void area(double[] x, double[] y, Rgb fill) {
    Path2D path = new Path2D.Double();
    path.moveTo(x[0], y[0]);
    for (int i = 1; i < x.length; i++) {
      path.lineTo(x[i], y[i]);
    }
    path.closePath();
    graphics.setColor(color(fill));
    graphics.fill(path);
  }

  @Override
  public void box(double x, double y, double width, double height, Rgb fill) {
    graphics.setColor(color(fill));
    graphics.fill(new Rectangle2D.Double(x, y, width, height));
  }

  private void hatch(double x, double y, double width, double height) {
    box(x, y, width, height, DivergingScale.UNDEFINED);
    Shape clip = graphics.getClip();
    graphics.clip(new Rectangle2D.Double(x, y, width, height));
    graphics.setColor(new Color(0x8c8c8c));
    for (double at = x - height; at < x + width; at += HATCH) {
      graphics.draw(new Line2D.Double(at, y + height, at + height, y));
    }
    graphics.setClip(clip);
  }

  @Override
  public void frame(double x, double y, double width, double height) {
    graphics.setColor(new Color(0x555555));
    graphics.draw(new Rectangle2D.Double(x, y, width, height));
  }

  @Override
  public void line(double x1, double y1, double x2, double y2) {
    graphics.setColor(new Color(0x555555));
    graphics.draw(new Line2D.Double(x1, y1, x2, y2));
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Pen pen) {
    Stroke before = graphics.getStroke();
    float width = (float) pen.width();
    graphics.setStroke(
        pen.dashed()
            ? new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {4, 3}, 0)
            : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.setColor(color(pen.colour()));
    graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    graphics.setStroke(before);
  }

  @Override
  public void stroke(String id, double x1, double y1, double x2, double y2, Pen pen, String about) {
    line(x1, y1, x2, y2, pen);
  }

  @Override
  public void dot(String id, double x, double y, double radius, Rgb fill) {
    graphics.setColor(color(fill));
    graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  @Override
  public void text(String id, double x, double y, Style style, String text) {
    text(x, y, style, text);
  }

  @Override
  public void text(double x, double y, Style style, String text) {
    Font face = font.deriveFont(style.bold() ? Font.BOLD : Font.PLAIN, (float) style.size());
    String shown = PlainText.visible(text);
    double width = face.getStringBounds(shown, graphics.getFontRenderContext()).getWidth();
    double shift =
        switch (style.anchor()) {
          case START -> 0;
          case MIDDLE -> width / 2;
          case END -> width;
        };
    AffineTransform before = graphics.getTransform();
    graphics.translate(x, y);
    graphics.rotate(Math.toRadians(style.rotation()));
    graphics.setFont(face);
    graphics.setColor(color(style.colour()));
    graphics.drawString(shown, (float) -shift, 0);
    graphics.setTransform(before);
  }

  private static Color color(Rgb colour) {
    return new Color(colour.red(), colour.green(), colour.blue());
  }
}
