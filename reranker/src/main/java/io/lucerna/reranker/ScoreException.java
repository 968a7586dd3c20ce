package io.lucerna.reranker;

/** A score that is not finite: the model, or what was done to it, left the range of fp32. */
public final class ScoreException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which score is not finite, and of what
   */
  public ScoreException(String message) {
    super(message);
  }
}
