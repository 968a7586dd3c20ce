package io.lucerna.instrumentation.recording;

/** A recording that cannot be used or resumed: the message names the file and says why. */
public final class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} starts with the file's path. */
  public RecordingException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
