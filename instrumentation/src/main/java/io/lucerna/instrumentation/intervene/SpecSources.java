package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.checkpoint.NumpyVectors;
import io.lucerna.instrumentation.recording.ActivationSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Finds what a spec names: recordings, vectors in files, and custom hooks. */
@FunctionalInterface
public interface SpecSources {

  /**
   * {@return the recording of that name} It stays the finder's to close, after the work is done.
   *
   * @param name as the spec has it
   * @throws IllegalArgumentException if there is none
   */
  ActivationSource recording(String name);

  /**
   * The vectors of a file of safetensors, or of NumPy.
   *
   * @param stored the file and its tensor, [d] or [k, d]
   * @return one row for each vector
   * @throws CheckpointException if the file or the tensor cannot be read, is neither [d] nor [k,
   *     d], or holds a number that is not finite
   */
  default double[][] vectors(Vectors.Stored stored) {
    if (NumpyVectors.isNamed(stored.file())) {
      if (!stored.name().equals(Vectors.Stored.ARRAY)) {
        throw new CheckpointException(
            stored.file() + ": holds one array, without a name: say vector=" + stored.file());
      }
      return array(stored.file()).rows();
    }
    try (Checkpoint file = Checkpoints.openFile(Path.of(stored.file()))) {
      return rows(file, stored);
    } catch (IOException e) {
      throw new CheckpointException(stored.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@return one of the vectors of a file}
   *
   * @param row which
   * @throws CheckpointException as {@link #vectors} does, or if there is no such row
   */
  default double[] row(Vectors.Row row) {
    double[][] rows = vectors(row.of());
    if (row.number() >= rows.length) {
      throw new CheckpointException(
          row.of()
              + " has "
              + rows.length
              + " rows, 0 to "
              + (rows.length - 1)
              + ", got "
              + row.number());
    }
    return rows[row.number()];
  }

  /**
   * {@return the vectors of a file of NumPy}
   *
   * @param file its name, which ends in {@code .npy}
   * @throws CheckpointException if it cannot be read, or holds anything else
   */
  default NumpyVectors array(String file) {
    return NumpyVectors.read(Path.of(file));
  }

  /**
   * {@return the vectors of a file that is open, one row for each}
   *
   * @param file the file
   * @param stored the tensor, [d] or [k, d]
   * @throws CheckpointException if the file lacks the tensor, or it has another shape
   */
  static double[][] rows(Checkpoint file, Vectors.Stored stored) {
    long[] shape = file.shape(stored.name());
    if (shape.length < 1 || shape.length > 2) {
      throw new CheckpointException(
          stored + " has the shape " + Arrays.toString(shape) + "; expected [d] or [k, d]");
    }
    int width = (int) shape[shape.length - 1];
    float[] flat = file.floats(stored.name());
    double[][] rows = new double[shape.length == 1 ? 1 : (int) shape[0]][width];
    for (int i = 0; i < flat.length; i++) {
      rows[i / width][i % width] = flat[i];
    }
    return rows;
  }

  /**
   * {@return the custom hook of that name}
   *
   * @param code {@code FILE.java} or {@code FILE.jar:CLASS}
   * @throws HookSourceException if it cannot be loaded
   */
  default LoadedHook hook(String code) {
    return LoadedHook.of(code);
  }

  /**
   * {@return the hash of what a spec names, in hex: of a file of vectors, of code or of a jar its
   * bytes, of a recording what was recorded}
   *
   * @param source what the spec names
   * @throws IllegalArgumentException if there is nothing of that name, or it has no hash
   * @throws CheckpointException if a file of vectors cannot be read
   */
  default String sha256(SpecSource source) {
    return switch (source.kind()) {
      case RECORDING ->
          recording(source.name())
              .sha256()
              .orElseThrow(
                  () -> new IllegalArgumentException(source.name() + " has no hash of its own"));
      case CODE -> hook(source.name()).sha256();
      case VECTORS -> {
        if (NumpyVectors.isNamed(source.name())) {
          yield array(source.name()).sha256();
        }
        try (Checkpoint file = Checkpoints.openFile(Path.of(source.name()))) {
          yield file.sha256();
        } catch (IOException e) {
          throw new CheckpointException(source.name() + ": " + e.getMessage(), e);
        }
      }
    };
  }

  /** {@return sources that have vectors and custom hooks, and no recordings} */
  static SpecSources withoutRecordings() {
    return name -> {
      throw new IllegalArgumentException("there are no recordings, so none is called " + name);
    };
  }
}
