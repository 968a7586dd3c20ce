package io.lucerna.plugin.models;

import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The ranker on the class path: {@code minilm}, which is sentence-transformers' all-MiniLM-L6-v2 as
 * an ONNX file. It is laid out as a model folder in the cache once, and opened from there like any
 * other.
 */
public final class EmbeddedModel {
  /** The name under which commands know it. */
  public static final String NAME = "minilm";

  private static final String OWN = "/io/lucerna/plugin/models/minilm/";

  /** The size of the ONNX file of this version of the artifact: a shorter one was cut off. */
  private static final long ONNX_BYTES = 90_387_606;

  private EmbeddedModel() {}

  /**
   * The model's folder, made if it is not there yet.
   *
   * @param cache the folder below which caches are kept
   * @throws IOException if it cannot be written, for example because the disk is full
   */
  public static Path folder(Path cache) throws IOException {
    return folder(cache, message -> {});
  }

  /**
   * The model's folder, made if it is not there yet.
   *
   * @param cache the folder below which caches are kept
   * @param waiting told if another process is unpacking it, before that is waited for
   * @throws IOException if it cannot be written, for example because the disk is full
   */
  public static Path folder(Path cache, Consumer<String> waiting) throws IOException {
    Path folder = cache.resolve("models").resolve(NAME + "-" + ONNX_BYTES);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try (FolderLock lock =
        FolderLock.await(cache.resolve("models"), "unpacking " + NAME, waiting)) {
      if (!Files.isDirectory(folder)) {
        unpack(folder);
      }
    }
    return folder;
  }

  private static void unpack(Path folder) throws IOException {
    Path draft = folder.resolveSibling(folder.getFileName() + ".part");
    // What a process left that was killed.
    delete(draft);
    try {
      for (var file : files().entrySet()) {
        Path target = draft.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        copy(file.getValue(), target);
      }
      long size = Files.size(draft.resolve("model.onnx"));
      if (size != ONNX_BYTES) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "the embedded model.onnx has %d bytes instead of %d",
                size,
                ONNX_BYTES));
      }
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(draft);
    }
  }

  private static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("config.json", OWN + "config.json");
    files.put("modules.json", OWN + "modules.json");
    files.put("1_Pooling/config.json", OWN + "1_Pooling/config.json");
    files.put("sentence_bert_config.json", OWN + "sentence_bert_config.json");
    files.put("tokenizer.json", "/all-minilm-l6-v2-tokenizer.json");
    files.put("model.onnx", "/all-minilm-l6-v2.onnx");
    return files;
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in = EmbeddedModel.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the class path lacks " + resource);
      }
      Files.copy(in, target);
    }
  }

  private static void delete(Path draft) throws IOException {
    if (!Files.exists(draft)) {
      return;
    }
    try (Stream<Path> files = Files.walk(draft)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
