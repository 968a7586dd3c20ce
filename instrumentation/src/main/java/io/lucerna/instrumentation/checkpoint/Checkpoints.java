package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Opens the weights of a model folder in whatever form they are stored. */
public final class Checkpoints {
  private static final String TORCH_INDEX = "pytorch_model.bin.index.json";

  /** What to look for, in this order. */
  private static final List<String> FILES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          TORCH_INDEX,
          "model.onnx",
          "onnx/model.onnx",
          "model_quantized.onnx",
          "onnx/model_quantized.onnx");

  /** Weights of other programs, which are named where nothing else is found. */
  private static final List<String> FOREIGN =
      List.of("tf_model.h5", "model.ckpt.index", "bert_model.ckpt.index", "flax_model.msgpack");

  private Checkpoints() {}

  /**
   * Opens the weights of a folder: the first that exists of {@code model.safetensors}, {@code
   * model.safetensors.index.json} with its shards, {@code pytorch_model.bin}, {@code
   * pytorch_model.bin.index.json} with its shards, {@code model.onnx}, {@code onnx/model.onnx},
   * {@code model_quantized.onnx}, {@code onnx/model_quantized.onnx}.
   *
   * @param folder the folder that has the weights themselves; adapters are merged by {@link
   *     ModelFolder#open}
   * @return the weights, which the caller closes
   * @throws CheckpointException if there are none, or if what is there is broken: headers and
   *     shards are checked here, values when they are read
   */
  public static Checkpoint open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(folder + ": no such folder");
    }
    for (String name : FILES) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        return name.endsWith(".json") ? openSharded(file) : openFile(file);
      }
    }
    String foreign =
        FOREIGN.stream()
            .filter(name -> Files.exists(folder.resolve(name)))
            .map(name -> "; " + name + " is not PyTorch's: convert it first")
            .findFirst()
            .orElse("");
    throw new CheckpointException(
        folder + ": no weights found; looked for " + String.join(", ", FILES) + foreign);
  }

  /** Whether a folder has weights that {@link #open} would open. */
  static boolean isIn(Path folder) {
    return FILES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /**
   * Opens one file: ONNX if its name ends in {@code .onnx}, a file of {@code torch.save} if it ends
   * in {@code .bin}, safetensors otherwise.
   *
   * @param path the file
   * @return the weights, which the caller closes
   * @throws CheckpointException if it is not there or breaks the form
   */
  public static Checkpoint openFile(Path path) {
    return build(
        path,
        files -> {
          WeightFile file = WeightFile.open(path);
          files.add(file);
          if (path.toString().endsWith(".onnx")) {
            return OnnxWeights.read(file, files);
          }
          return path.toString().endsWith(".bin")
              ? TorchFile.tensors(file)
              : Safetensors.tensors(file);
        });
  }

  private interface Reader {
    /** Finds the tensors; adds each file it opens to the list, so that it is closed on failure. */
    SortedMap<String, StoredTensor> read(List<WeightFile> files);
  }

  private static Checkpoint build(Path path, Reader reader) {
    List<WeightFile> files = new ArrayList<>();
    boolean done = false;
    try {
      Checkpoint checkpoint =
          new StoredCheckpoint(path, files, LegacyNames.current(path, reader.read(files)));
      done = true;
      return checkpoint;
    } finally {
      if (!done) {
        closeQuietly(files);
      }
    }
  }

  private static void closeQuietly(List<WeightFile> files) {
    try {
      StoredCheckpoint.closeAll(files);
    } catch (IOException e) {
      // The exception under way says what is wrong; this one would hide it.
    }
  }

  private static Checkpoint openSharded(Path index) {
    return build(
        index,
        files -> {
          SortedMap<String, StoredTensor> tensors = new TreeMap<>();
          shards(index)
              .forEach(
                  (shard, names) -> {
                    WeightFile file = WeightFile.open(shard);
                    files.add(file);
                    tensors.putAll(shardTensors(index, file, names));
                  });
          return tensors;
        });
  }

  /** The shards' paths with the names that the index places in each. */
  private static Map<Path, List<String>> shards(Path index) {
    JsonNode weightMap = JsonFiles.read(index).path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new CheckpointException(index + ": weight_map must be a non-empty object");
    }
    Map<Path, List<String>> shards = new LinkedHashMap<>();
    weightMap
        .properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isTextual()) {
                throw new CheckpointException(
                    index + ": weight_map." + entry.getKey() + " must be a file name");
              }
              Path shard = sibling(index, entry.getValue().textValue());
              shards.computeIfAbsent(shard, s -> new ArrayList<>()).add(entry.getKey());
            });
    return shards;
  }

  /** A file that {@code from} names, which must lie in the same folder or below it. */
  static Path sibling(Path from, String name) {
    Path folder = from.toAbsolutePath().resolveSibling("").normalize();
    try {
      Path file = folder.resolve(name).normalize();
      if (!name.isEmpty() && !file.equals(folder) && file.startsWith(folder)) {
        return from.resolveSibling(folder.relativize(file));
      }
    } catch (InvalidPathException e) {
      // Refused below with the others.
    }
    throw new CheckpointException(
        from + ": names the file \"" + name + "\", which is not inside the model's folder");
  }

  private static SortedMap<String, StoredTensor> shardTensors(
      Path index, WeightFile file, List<String> names) {
    SortedMap<String, StoredTensor> found =
        index.endsWith(TORCH_INDEX) ? TorchFile.tensors(file) : Safetensors.tensors(file);
    for (String name : names) {
      if (!found.containsKey(name)) {
        throw new CheckpointException(
            index + ": places tensor " + name + " in " + file.path() + ", which does not hold it");
      }
    }
    if (found.size() > names.size()) {
      found.keySet().removeAll(names);
      throw new CheckpointException(
          file.path()
              + ": holds tensor "
              + found.firstKey()
              + ", which the index does not place here");
    }
    return found;
  }
}
