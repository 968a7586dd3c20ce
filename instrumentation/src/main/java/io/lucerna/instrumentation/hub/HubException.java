package io.lucerna.instrumentation.hub;

/** A model that could not be fetched from the hub; the message says which, why, and what to do. */
public sealed class HubException extends RuntimeException permits NotCachedException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what could not be fetched, by the model or address, why, and what to do
   */
  public HubException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message what could not be fetched, by the model or address, why, and what to do
   * @param cause what failed below
   */
  public HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
