package io.lucerna.studies.report;

/** A file of a study that is missing or malformed; the message names file and line. */
public final class ReportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what is wrong. */
  public ReportException(String message) {
    super(message);
  }
}
