package io.lucerna.topics;

import java.io.IOException;

/**
 * A topic file that does not hold what its format demands. The message starts with file and line.
 */
public final class TopicSyntaxException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the place and the fault.
   *
   * @param file the file's name
   * @param line its line, counted from 1
   * @param message what is wrong there, and what was expected
   */
  public TopicSyntaxException(String file, int line, String message) {
    super(file + ":" + line + ": " + message);
  }
}
