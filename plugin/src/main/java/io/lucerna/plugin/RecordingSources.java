package io.lucerna.plugin;

import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.recording.ActivationSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens the recordings that a spec names, each once. */
final class RecordingSources implements SpecSources, AutoCloseable {
  private final Map<String, ActivationSource> open = new LinkedHashMap<>();

  @Override
  public ActivationSource recording(String name) {
    return open.computeIfAbsent(name, n -> open(Path.of(n)));
  }

  private static ActivationSource open(Path folder) {
    throw new CommandException(
        ExitCode.INPUT, folder + ": this version reads no recordings; the Java API takes them");
  }

  @Override
  public void close() {
    open.values().forEach(ActivationSource::close);
  }
}
