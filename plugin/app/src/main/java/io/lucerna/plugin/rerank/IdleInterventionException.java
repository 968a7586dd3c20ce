package io.lucerna.plugin.rerank;

/** An intervention that changed nothing in any text. The message names it and says why. */
public final class IdleInterventionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public IdleInterventionException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public IdleInterventionException(String message, Throwable cause) {
    super(message, cause);
  }
}
