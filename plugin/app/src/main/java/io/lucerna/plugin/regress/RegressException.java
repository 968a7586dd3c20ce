package io.lucerna.plugin.regress;

/** A regression that cannot be read or run; the message is all that the user needs to see. */
public final class RegressException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what is wrong, and where. */
  public RegressException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public RegressException(String message, Throwable cause) {
    super(message, cause);
  }
}
