package io.lucerna.instrumentation.intervene;

import org.jspecify.annotations.Nullable;

/** A custom hook that failed at work; the message names its file and line. */
public final class CustomHookException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  CustomHookException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
