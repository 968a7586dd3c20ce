package io.lucerna.instrumentation.intervene;

import org.jspecify.annotations.Nullable;

/**
 * A custom hook that cannot be loaded; the message names the file, and the line where there is one.
 */
public final class HookSourceException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  HookSourceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
