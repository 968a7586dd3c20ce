package io.lucerna.instrumentation.call;

import java.util.concurrent.CancellationException;

/** A call that was cancelled, or took longer than it was given. What it had begun has ended. */
public final class CallCancelledException extends CancellationException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which of both it was
   */
  public CallCancelledException(String message) {
    super(message);
  }
}
