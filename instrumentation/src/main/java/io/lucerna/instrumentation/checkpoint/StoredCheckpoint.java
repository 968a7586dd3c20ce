package io.lucerna.instrumentation.checkpoint;

import io.lucerna.base.NearestNames;
import io.lucerna.base.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A checkpoint of whatever format, once it is known where each tensor lies. */
final class StoredCheckpoint implements Checkpoint {
  private static final int NAMES_SHOWN = 3;

  private final Path path;
  private final List<WeightFile> files;
  private final SortedMap<String, StoredTensor> tensors;
  private @Nullable String sha256;

  /**
   * Takes over the files.
   *
   * @param path the file or folder that messages name
   */
  StoredCheckpoint(Path path, List<WeightFile> files, SortedMap<String, StoredTensor> tensors) {
    this.path = path;
    this.files =
        files.stream()
            .sorted(Comparator.comparing((WeightFile file) -> file.path().getFileName().toString()))
            .toList();
    this.tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  @Override
  public boolean floating(String name) {
    return tensor(name).floating();
  }

  @Override
  public float[] floats(String name) {
    return tensor(name).floats();
  }

  @Override
  public float[] floats(String name, long from, int count) {
    return tensor(name).finite(from, count);
  }

  @Override
  public long[] integers(String name) {
    return tensor(name).integers();
  }

  @Override
  public synchronized String sha256() {
    if (sha256 == null) {
      MessageDigest digest = Sha256.digest();
      files.forEach(file -> file.digest(digest));
      sha256 = HexFormat.of().formatHex(digest.digest());
    }
    return sha256;
  }

  @Override
  public boolean traced() {
    return path.toString().endsWith(".onnx");
  }

  /** The path, for messages. */
  @Override
  public String toString() {
    return path.toString();
  }

  @Override
  public void close() throws IOException {
    closeAll(files);
  }

  /** Closes all, even where one fails. */
  static void closeAll(List<WeightFile> files) throws IOException {
    IOException failed = null;
    for (WeightFile file : files) {
      try {
        file.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          path
              + ": no tensor "
              + name
              + " among "
              + tensors.size()
              + "; nearest: "
              + String.join(", ", NearestNames.to(name, tensors.keySet(), NAMES_SHOWN))
              + LegacyNames.hint(tensors.keySet()));
    }
    return tensor;
  }
}
