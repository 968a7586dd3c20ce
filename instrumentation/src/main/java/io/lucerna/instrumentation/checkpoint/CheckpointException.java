package io.lucerna.instrumentation.checkpoint;

/** A model folder that cannot be used: the message names the file and what is wrong with it. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} starts with the file's path. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
