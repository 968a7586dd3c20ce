package io.lucerna.plugin.perturb;

/** PerturbationNames that made no pair at all. The message names the file that says why. */
public final class NoPairsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public NoPairsException(String message) {
    super(message);
  }
}
