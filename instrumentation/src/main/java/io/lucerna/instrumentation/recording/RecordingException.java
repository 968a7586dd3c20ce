package io.lucerna.instrumentation.recording;

/** A recording that cannot be used or resumed: the message names the file and says why. */
public final class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the file's path, a colon, and what is wrong
   */
  public RecordingException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message the file's path, a colon, and what is wrong
   * @param cause what failed below
   */
  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
