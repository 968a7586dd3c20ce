package io.lucerna.studies.chart;

import java.util.Locale;

/** Makes any text harmless to show: nothing in it is markup, invisible, or turns others around. */
public final class PlainText {
  private PlainText() {}

  /**
   * The text with every character that has no shape of its own made visible: controls, what changes
   * the direction of writing, halves of surrogate pairs, and what XML forbids.
   */
  public static String visible(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c < 0x20) {
                shown.appendCodePoint(0x2400 + c);
              } else if (c == 0x7f) {
                shown.appendCodePoint(0x2421);
              } else if (hidden(c)) {
                shown.append(String.format(Locale.ROOT, "[U+%04X]", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }

  private static boolean hidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          c != ZERO_WIDTH_JOINER;
      default -> (c & 0xfffe) == 0xfffe;
    };
  }

  /** Joins the parts of one emoji. */
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  /** The visible text, escaped for elements and attributes of XML and HTML. */
  public static String escaped(String text) {
    return visible(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** The same for Markdown: all that it or HTML would read is plain. */
  public static String markdown(String text) {
    return escaped(text).replaceAll("([\\\\`*_\\[\\]|~])", "\\\\$1");
  }

  /** The visible text, cut to this many characters with an ellipsis where it is longer. */
  public static String shortened(String text, int most) {
    String shown = visible(text);
    int length = shown.codePointCount(0, shown.length());
    return length <= most
        ? shown
        : shown.substring(0, shown.offsetByCodePoints(0, most - 1)) + "\u2026";
  }

  /** About how wide the text is in a wide sans-serif face, in units of its size. */
  public static double width(String text) {
    return text.codePoints().mapToDouble(c -> c < 0x2e80 ? narrow(c) : 1.0).sum();
  }

  private static double narrow(int c) {
    if ("iljtfI.,:;'|![]() ".indexOf(c) >= 0) {
      return 0.32;
    }
    return "mwMW@%".indexOf(c) >= 0 || c > 0x24f ? 0.9 : 0.6;
  }
}
