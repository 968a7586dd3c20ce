package io.lucerna.studies.chart;

import io.lucerna.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/** A picture that is laid out once and written in several forms. */
public interface Figure {
  /** Places the parts of a picture; lengths are in points. */
  interface Painter {
    /** How wide the picture is. */
    double width();

    /** How tall the picture is. */
    double height();

    /** Draws it. */
    void paint(Canvas canvas);
  }

  /** One line that says what is shown. */
  String title();

  /** Its layout. */
  Painter painter();

  /** The picture as SVG; the name distinguishes it from others on one page. */
  default String svg(String name) {
    Painter painter = painter();
    SvgCanvas canvas = new SvgCanvas(name, title(), painter.width(), painter.height());
    painter.paint(canvas);
    return canvas.finish();
  }

  /** The same picture on a canvas for PNG. */
  default PngCanvas png() {
    Painter painter = painter();
    PngCanvas canvas = new PngCanvas(painter.width(), painter.height());
    painter.paint(canvas);
    return canvas;
  }

  /** Writes {@code NAME.svg} and, where Java can draw text, {@code NAME.png} into a folder. */
  default void write(Path folder, String name) throws IOException {
    AtomicFile.write(folder.resolve(name + ".svg"), out -> out.write(svg("figure")));
    if (PngCanvas.available()) {
      AtomicFile.writeBytes(folder.resolve(name + ".png"), png()::finish);
    }
  }
}
