package io.lucerna.plugin.texts;

import java.io.IOException;

/** An index, a corpus or candidates without a text that is needed. The message names the source. */
public final class TextSourceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public TextSourceException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public TextSourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
