package io.lucerna.explorer;

import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import org.jspecify.annotations.Nullable;

/** A request that is not answered, for a reason that its sender is told. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** From 1; 0 where nothing has a column. */
  private final int column;

  Refusal(int status, String message) {
    this(status, message, null, 0);
  }

  Refusal(int status, String message, Throwable cause) {
    this(status, message, cause, 0);
  }

  /** Of a spec, which knows where its fault is. */
  Refusal(SpecSyntaxException fault) {
    this(400, String.valueOf(fault.getMessage()), fault, fault.column());
  }

  private Refusal(int status, String message, @Nullable Throwable cause, int column) {
    super(message, cause);
    this.status = status;
    this.column = column;
  }

  int status() {
    return status;
  }

  int column() {
    return column;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
