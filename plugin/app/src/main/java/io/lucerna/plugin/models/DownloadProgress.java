package io.lucerna.plugin.models;

import io.lucerna.instrumentation.hub.HubProgress;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import org.jspecify.annotations.Nullable;

/** Shows how the files of a model come, one after the other. */
final class DownloadProgress implements HubProgress, AutoCloseable {
  private final Console console;
  private @Nullable String current;
  private @Nullable Progress progress;
  private long before;

  DownloadProgress(Console console) {
    this.console = console;
  }

  @Override
  public void downloaded(String file, long bytes, long total) {
    if (!file.equals(current)) {
      close();
      console.say("downloading %s%s", file, total < 0 ? "" : ", " + total + " bytes");
      current = file;
      progress = total < 0 ? null : new Progress(console, file, total);
      before = 0;
    }
    if (progress != null) {
      progress.advance(bytes - before);
      before = bytes;
    }
  }

  @Override
  public void waiting(String message) {
    console.say("%s", message);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
