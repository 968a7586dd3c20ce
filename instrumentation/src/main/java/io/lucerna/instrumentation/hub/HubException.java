package io.lucerna.instrumentation.hub;

/** A model that could not be fetched from the hub; the message says which, why, and what to do. */
public final class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names the model or the address. */
  public HubException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
