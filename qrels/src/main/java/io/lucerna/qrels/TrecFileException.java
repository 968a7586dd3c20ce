package io.lucerna.qrels;

import java.io.IOException;
import java.nio.file.Path;

/** A TREC file that does not say what it should; the message starts with {@code file:line:}. */
public final class TrecFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;
  private final long line;

  /**
   * @param line the line at fault, counted from 1; 0 if the fault is not of one line
   */
  public TrecFileException(Path file, long line, String message) {
    super(line > 0 ? file + ":" + line + ": " + message : file + ": " + message);
    this.file = file;
    this.line = line;
  }

  public Path file() {
    return file;
  }

  /** The line at fault, counted from 1; 0 if the fault is not of one line. */
  public long line() {
    return line;
  }
}
