package io.lucerna.instrumentation.hub;

/** Told how a download progresses; called from the thread that downloads. */
@FunctionalInterface
public interface HubProgress {
  /** Says nothing. */
  HubProgress NONE = (file, bytes, total) -> {};

  /**
   * Called when a file begins, after each piece, and when it is whole.
   *
   * @param file its name in the repository
   * @param bytes how much of it is here
   * @param total its size in bytes; -1 where the hub does not say
   */
  void downloaded(String file, long bytes, long total);

  /**
   * Called once if somebody else is fetching the same model, before it is waited for.
   *
   * @param message who it is
   */
  default void waiting(String message) {}
}
