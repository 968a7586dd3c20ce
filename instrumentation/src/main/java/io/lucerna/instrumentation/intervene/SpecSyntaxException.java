package io.lucerna.instrumentation.intervene;

/** An intervention spec that cannot be read, or that does not fit the model. */
public final class SpecSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final int column;

  /** Without a place in a line: the message says where. */
  SpecSyntaxException(String message) {
    super(message);
    this.column = 0;
  }

  private SpecSyntaxException(String message, int column) {
    super(message);
    this.column = column;
  }

  /**
   * With the line below the message, and a caret below the place.
   *
   * @param index where it is in the line, from 0, in UTF-16 units
   */
  static SpecSyntaxException at(String line, int index, String message) {
    int before = line.codePointCount(0, index);
    int start = line.offsetByCodePoints(index, -Math.min(before, BEFORE));
    int end =
        line.offsetByCodePoints(index, Math.min(AFTER, line.codePointCount(index, line.length())));
    String shown = line.substring(start, end).replaceAll("\\s", " ");
    int caret = line.codePointCount(start, index);
    return new SpecSyntaxException(
        "column "
            + (before + 1)
            + ": "
            + message
            + "\n  "
            + shown
            + "\n  "
            + " ".repeat(caret)
            + "^",
        before + 1);
  }

  /** How much of a long line is shown before and after the place. */
  private static final int BEFORE = 100;

  private static final int AFTER = 60;

  /** The column from 1, in characters; 0 where the spec was not read from a line. */
  public int column() {
    return column;
  }
}
