package io.lucerna.plugin;

import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens the recordings that a spec names, each once. */
final class RecordingSources implements SpecSources, AutoCloseable {
  private final String modelSha256;
  private final Map<String, Recording> open = new LinkedHashMap<>();

  /** Opens recordings of the model with these weights, and no others. */
  RecordingSources(String modelSha256) {
    this.modelSha256 = modelSha256;
  }

  @Override
  public ActivationSource recording(String name) {
    return open.computeIfAbsent(name, this::open);
  }

  private Recording open(String folder) {
    try {
      Recording recording = Recording.open(Path.of(folder));
      if (!recording.modelSha256().equals(modelSha256)) {
        recording.close();
        throw new CommandException(
            ExitCode.INPUT,
            folder
                + ": was recorded with another model: its weights have the hash "
                + recording.modelSha256()
                + ", not "
                + modelSha256);
      }
      return recording;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What identifies a recording: its manifest has the hashes of all other files. */
  static Map<String, Object> identity(String folder) throws IOException {
    return Hashes.of(Path.of(folder).resolve("manifest.json"));
  }

  @Override
  public void close() {
    open.values().forEach(Recording::close);
  }
}
