package io.lucerna.plugin.anserini;

import java.io.IOException;

/** Anserini did not do what it was asked for. The message has its reason. */
public final class AnseriniException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public AnseriniException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public AnseriniException(String message, Throwable cause) {
    super(message, cause);
  }
}
