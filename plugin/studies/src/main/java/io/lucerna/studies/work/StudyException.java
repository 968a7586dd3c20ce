package io.lucerna.studies.work;

/** A study that cannot continue; the message is all that the user needs to see. */
public final class StudyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is wrong and what to do
   */
  public StudyException(String message) {
    super(message);
  }
}
