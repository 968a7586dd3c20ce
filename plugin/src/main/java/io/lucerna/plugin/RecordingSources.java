package io.lucerna.plugin;

import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Opens the recordings that a spec names, each once. */
final class RecordingSources implements SpecSources, AutoCloseable {
  private final String modelSha256;
  private final Map<String, ActivationSource> open = new LinkedHashMap<>();

  /** For the model of that hash: only its own activations can stand in for each other. */
  RecordingSources(String modelSha256) {
    this.modelSha256 = modelSha256;
  }

  @Override
  public ActivationSource recording(String name) {
    return open.computeIfAbsent(name, n -> open(Path.of(n)));
  }

  private Recording open(Path folder) {
    try {
      Recording recording = Recording.open(folder);
      if (recording.modelSha256().equals(modelSha256)) {
        return recording;
      }
      recording.close();
      throw new CommandException(
          ExitCode.INPUT,
          String.format(
              Locale.ROOT,
              "%s: was recorded from another model (%.12s) than this one (%.12s)",
              folder,
              recording.modelSha256(),
              modelSha256));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    open.values().forEach(ActivationSource::close);
  }
}
