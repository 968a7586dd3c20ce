package io.lucerna.plugin.cli;

/** An expected failure of a command: its message is all that the user needs to see. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  /** Creates the exception; the message says what is wrong and what to do. */
  public CommandException(ExitCode code, String message) {
    super(message);
    this.code = code;
  }

  /** Creates the exception with its cause. */
  public CommandException(ExitCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** How the command ends. */
  public ExitCode code() {
    return code;
  }
}
