package io.lucerna.plugin.cli;

/** How a command ended, as seen by the shell. */
public enum ExitCode {
  /** Everything that was asked for was done. */
  DONE(0, "all that was asked for was done"),
  /** The work itself failed. */
  FAILED(1, "the work failed, or only part of it was done"),
  /** The command line is wrong. */
  USAGE(2, "wrong usage: an unknown command or option, or a value out of range"),
  /** An input cannot be read. */
  INPUT(3, "an input is missing or malformed (file and line are named)"),
  /** A model cannot be used. */
  MODEL(4, "the model is missing, broken or not supported"),
  /** The user stopped it. */
  INTERRUPTED(130, "interrupted (Ctrl-C); no output file is left half written"),
  /** Whoever read the output has gone; the shell says the same of other programs. */
  UNREAD(141, "the pipe to which it printed was closed, as head does");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  /** The exit status. */
  public int status() {
    return status;
  }

  /** What it means, in a few words. */
  public String meaning() {
    return meaning;
  }
}
