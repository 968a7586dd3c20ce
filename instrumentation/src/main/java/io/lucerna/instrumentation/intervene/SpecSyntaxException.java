package io.lucerna.instrumentation.intervene;

import io.lucerna.base.Caret;

/** An intervention spec that cannot be read, or that does not fit the model. */
public final class SpecSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** From 1, in characters; 0 where the spec was not read from a line. */
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
    return new SpecSyntaxException(Caret.at(line, index, message), Caret.column(line, index));
  }

  /** {@return the column from 1, in characters; 0 where the spec was not read from a line} */
  public int column() {
    return column;
  }
}
