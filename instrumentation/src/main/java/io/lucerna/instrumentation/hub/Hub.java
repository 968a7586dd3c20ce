package io.lucerna.instrumentation.hub;

import java.nio.file.Path;

/** The Hugging Face hub, as the process's variables say. */
public final class Hub {
  private Hub() {}

  /**
   * {@return the folder of a model's newest version, fetched where it is not cached}
   *
   * <p>The cache is the one that Python's huggingface_hub uses, and the variables are its: see
   * {@link HubSettings#from}. {@link HubClient} fetches other revisions, and tells how a download
   * progresses.
   *
   * @param name such as {@code cross-encoder/ms-marco-MiniLM-L6-v2}
   * @throws HubException if it cannot be fetched; the message says why and what to do
   */
  public static Path fetch(String name) {
    Path home = Path.of(System.getProperty("user.home", ""));
    return new HubClient(HubSettings.from(System.getenv(), home), HubProgress.NONE)
        .snapshot(name, "main");
  }
}
