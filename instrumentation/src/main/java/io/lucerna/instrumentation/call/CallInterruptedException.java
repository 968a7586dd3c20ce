package io.lucerna.instrumentation.call;

/**
 * A call whose thread was interrupted, which it still is. What the call had begun has ended. Caused
 * by an {@link InterruptedException}.
 */
public final class CallInterruptedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param cause the interrupt
   */
  public CallInterruptedException(InterruptedException cause) {
    super("interrupted", cause);
  }
}
