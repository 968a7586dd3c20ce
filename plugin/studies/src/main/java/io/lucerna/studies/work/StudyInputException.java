package io.lucerna.studies.work;

/** A file or folder that a study was given and cannot be used; the message names it. */
public final class StudyInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is wrong and what to do
   */
  public StudyInputException(String message) {
    super(message);
  }
}
