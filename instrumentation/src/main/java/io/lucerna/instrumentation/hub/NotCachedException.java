package io.lucerna.instrumentation.hub;

/** A model that is not completely cached, where nothing may be downloaded. */
public final class NotCachedException extends HubException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which model, where it was looked for, and what to do
   */
  public NotCachedException(String message) {
    super(message);
  }
}
