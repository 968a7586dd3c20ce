package io.lucerna.instrumentation.checkpoint;

/** A model folder that cannot be used: the message names the file and what is wrong with it. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the file's path, a colon, and what is wrong
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message the file's path, a colon, and what is wrong
   * @param cause what failed below
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
