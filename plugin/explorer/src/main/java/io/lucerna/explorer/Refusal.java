package io.lucerna.explorer;

/** A request that is not answered, for a reason that its sender is told. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** From 1; 0 where nothing has a column. */
  private final int column;

  Refusal(int status, String message) {
    this(status, message, 0);
  }

  /**
   * @param column the place in the spec that is at fault
   */
  Refusal(int status, String message, int column) {
    super(message);
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
