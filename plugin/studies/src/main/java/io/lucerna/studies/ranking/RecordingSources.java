package io.lucerna.studies.ranking;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.checkpoint.NumpyVectors;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.LoadedHook;
import io.lucerna.instrumentation.intervene.SpecSource;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.Vectors;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens the recordings, files of vectors and custom hooks that a spec names, each once: what is
 * hashed is what is read. Not thread-safe; closing it closes what it opened.
 */
public final class RecordingSources implements SpecSources, AutoCloseable {
  private final String modelSha256;
  private final Map<String, Recording> recordings = new LinkedHashMap<>();
  private final Map<String, Checkpoint> vectors = new LinkedHashMap<>();
  private final Map<Vectors.Stored, double[][]> rows = new LinkedHashMap<>();
  private final Map<String, NumpyVectors> arrays = new LinkedHashMap<>();
  private final Map<String, LoadedHook> hooks = new LinkedHashMap<>();

  /**
   * Opens recordings of the model with these weights, and no others.
   *
   * @param modelSha256 the hash of the weights, as on the model's card
   */
  public RecordingSources(String modelSha256) {
    this.modelSha256 = modelSha256;
  }

  @Override
  public ActivationSource recording(String name) {
    return recordings.computeIfAbsent(name, this::open);
  }

  private Recording open(String folder) {
    try {
      Recording recording = Recording.open(Path.of(folder));
      if (!recording.modelSha256().equals(modelSha256)) {
        recording.close();
        throw new StudyInputException(
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

  private Checkpoint file(String name) {
    return vectors.computeIfAbsent(name, file -> Checkpoints.openFile(Path.of(file)));
  }

  @Override
  public double[][] vectors(Vectors.Stored stored) {
    return NumpyVectors.isNamed(stored.file())
        ? SpecSources.super.vectors(stored)
        : rows.computeIfAbsent(stored, s -> SpecSources.rows(file(s.file()), s));
  }

  @Override
  public NumpyVectors array(String file) {
    return arrays.computeIfAbsent(file, SpecSources.super::array);
  }

  @Override
  public LoadedHook hook(String code) {
    return hooks.computeIfAbsent(code, LoadedHook::of);
  }

  @Override
  public String sha256(SpecSource source) {
    return source.kind() == SpecSource.Kind.VECTORS && !NumpyVectors.isNamed(source.name())
        ? file(source.name()).sha256()
        : SpecSources.super.sha256(source);
  }

  /**
   * {@return path and hash of all that a spec names, each once and in its order}
   *
   * @param spec interventions, whose sources must exist
   */
  public List<Object> identities(InterventionSpec spec) {
    List<Object> all = new ArrayList<>();
    for (SpecSource source : spec.sources()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("path", source.name());
      one.put("sha256", sha256(source));
      all.add(one);
    }
    return all;
  }

  @Override
  public void close() {
    recordings.values().forEach(Recording::close);
    for (Checkpoint file : vectors.values()) {
      try {
        file.close();
      } catch (IOException e) {
        throw new CheckpointException(file + ": " + e.getMessage(), e);
      }
    }
  }
}
