package io.lucerna.instrumentation.checkpoint;

import io.lucerna.base.NearestNames;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A safetensors file that is read in parts, whatever its tensors mean. Numbers are given as they
 * are, infinite ones too. Reads may come from many threads at once.
 */
public final class TensorFile implements Closeable {
  private static final int NAMES_SHOWN = 3;

  private final WeightFile file;
  private final SortedMap<String, StoredTensor> tensors;

  private TensorFile(WeightFile file, SortedMap<String, StoredTensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Opens a file and reads its header.
   *
   * @param path the file
   * @return the file, which the caller closes
   * @throws CheckpointException if it is not there or breaks the form
   */
  public static TensorFile open(Path path) {
    WeightFile file = WeightFile.open(path);
    boolean opened = false;
    try {
      TensorFile tensors = new TensorFile(file, Safetensors.tensors(file));
      opened = true;
      return tensors;
    } finally {
      if (!opened) {
        closeQuietly(file);
      }
    }
  }

  private static void closeQuietly(WeightFile file) {
    try {
      file.close();
    } catch (IOException e) {
      // The exception under way says what is wrong; this one would hide it.
    }
  }

  /** {@return the names of all tensors} */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
  }

  /**
   * {@return the shape of a tensor}
   *
   * @param name a tensor's name
   * @throws CheckpointException if there is no such tensor; the message names the nearest names
   */
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  /**
   * {@return values of a floating tensor as fp32, in row-major order}
   *
   * @param name a tensor's name
   * @param from number of the first value
   * @param count how many
   * @throws CheckpointException if there is no such tensor, or it has not as many values
   */
  public float[] floats(String name, long from, int count) {
    return tensor(name).floats(from, count);
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          file.path()
              + ": no tensor "
              + name
              + " among "
              + tensors.size()
              + "; nearest: "
              + String.join(", ", NearestNames.to(name, tensors.keySet(), NAMES_SHOWN)));
    }
    return tensor;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
