package io.lucerna.plugin.collections;

import java.io.IOException;

/** A file of a collection that cannot be fetched. The message says why, and what to do. */
public final class CollectionException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CollectionException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public CollectionException(String message, Throwable cause) {
    super(message, cause);
  }
}
