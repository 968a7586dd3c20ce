package io.lucerna.base;

/** Points at the place of a fault in what a person wrote on one line. */
public final class Caret {
  /** How much of a long line is shown before and after the place. */
  private static final int BEFORE = 100;

  private static final int AFTER = 60;

  private Caret() {}

  /** The column of a place, from 1, in characters. */
  public static int column(String line, int index) {
    return line.codePointCount(0, index) + 1;
  }

  /**
   * The column and the message; below them the line, and a caret below the place.
   *
   * @param index where it is in the line, from 0, in UTF-16 units
   */
  public static String at(String line, int index, String message) {
    int before = line.codePointCount(0, index);
    int start = line.offsetByCodePoints(index, -Math.min(before, BEFORE));
    int end =
        line.offsetByCodePoints(index, Math.min(AFTER, line.codePointCount(index, line.length())));
    String shown = line.substring(start, end).replaceAll("\\s", " ");
    int caret = line.codePointCount(start, index);
    return "column "
        + column(line, index)
        + ": "
        + message
        + "\n  "
        + shown
        + "\n  "
        + " ".repeat(caret)
        + "^";
  }
}
