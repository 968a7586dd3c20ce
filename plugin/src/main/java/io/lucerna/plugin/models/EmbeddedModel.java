package io.lucerna.plugin.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
    Path folder = cache.resolve("models").resolve(NAME + "-" + ONNX_BYTES);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Files.createDirectories(folder.getParent());
    Path draft = Files.createTempDirectory(folder.getParent(), NAME + "-");
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
      moveUnlessThere(draft, folder);
    } finally {
      delete(draft);
    }
    return folder;
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

  /** Another process may have been faster: its folder is as good. */
  private static void moveUnlessThere(Path draft, Path folder) throws IOException {
    try {
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException e) {
      // There already.
    } catch (FileSystemException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
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
