package io.lucerna.base.text;

import java.io.IOException;

/** A text that does not say what it should; the message starts with {@code file:line:}. */
public class MalformedTextException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What the text is called. */
  private final String file;

  /** The line at fault, from 1; 0 if there is none. */
  private final long line;

  /**
   * A complaint about a text.
   *
   * @param file what the text is called
   * @param line the line at fault, counted from 1; 0 if the fault is not of one line
   * @param message what is wrong
   */
  public MalformedTextException(String file, long line, String message) {
    super(line > 0 ? file + ":" + line + ": " + message : file + ": " + message);
    this.file = file;
    this.line = line;
  }

  /** {@return what the text is called} */
  public String file() {
    return file;
  }

  /** {@return the line at fault, counted from 1; 0 if the fault is not of one line} */
  public long line() {
    return line;
  }
}
