package io.lucerna.reranker;

import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A ranker whose files are resources on the class path. They are laid out as a model folder in the
 * cache once, and opened from there like any other. An artifact that carries one names its class
 * for {@link ServiceLoader}. Several threads and processes may open one at once.
 */
public abstract class EmbeddedModel {
  /** The file of a model's folder that holds the weights. */
  protected static final String WEIGHTS = "model.onnx";

  private final String name;
  private final Map<String, String> files;
  private final long weightBytes;

  /**
   * Describes a model.
   *
   * @param name the name under which it is opened
   * @param files the resource of each file of its folder, {@link #WEIGHTS} among them
   * @param weightBytes the size of the weights: a shorter file was cut off
   */
  protected EmbeddedModel(String name, Map<String, String> files, long weightBytes) {
    this.name = name;
    this.files = Map.copyOf(files);
    this.weightBytes = weightBytes;
  }

  /** {@return the models on the class path, by name} */
  public static List<EmbeddedModel> all() {
    return ServiceLoader.load(EmbeddedModel.class, EmbeddedModel.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(EmbeddedModel::name))
        .toList();
  }

  /**
   * {@return the model of that name; empty if there is none on the class path}
   *
   * @param name the name under which it is opened
   */
  public static Optional<EmbeddedModel> named(String name) {
    return all().stream().filter(model -> model.name.equals(name)).findFirst();
  }

  /**
   * {@return the folder below which Lucerna keeps caches: what the variable {@code LUCERNA_CACHE}
   * names, or {@code .cache/lucerna} in the user's home}
   *
   * @param environment the process's variables
   * @param home the user's home folder
   */
  public static Path cache(Map<String, String> environment, Path home) {
    String own = environment.get("LUCERNA_CACHE");
    return own == null || own.isEmpty() ? home.resolve(".cache/lucerna") : Path.of(own);
  }

  /** {@return the name under which the model is opened} */
  public final String name() {
    return name;
  }

  /**
   * {@return the model's folder, made if it is not there yet}
   *
   * @param cache the folder below which caches are kept
   * @throws IOException if it cannot be written, for example because the disk is full
   */
  public final Path folder(Path cache) throws IOException {
    return folder(cache, message -> {});
  }

  /**
   * {@return the model's folder, made if it is not there yet}
   *
   * @param cache the folder below which caches are kept
   * @param waiting told if another process is unpacking it, before that is waited for
   * @throws IOException if it cannot be written, for example because the disk is full
   */
  public final Path folder(Path cache, Consumer<String> waiting) throws IOException {
    Path folder = cache.resolve("models").resolve(name + "-" + weightBytes);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try (FolderLock lock =
        FolderLock.await(cache.resolve("models"), "unpacking " + name, waiting)) {
      if (!Files.isDirectory(folder)) {
        unpack(folder);
      }
    }
    return folder;
  }

  private void unpack(Path folder) throws IOException {
    Path draft = folder.resolveSibling(folder.getFileName() + ".part");
    // What a process left that was killed.
    delete(draft);
    try {
      for (var file : files.entrySet()) {
        Path target = draft.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        copy(file.getValue(), target);
      }
      long size = Files.size(draft.resolve(WEIGHTS));
      if (size != weightBytes) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "the embedded %s of %s has %d bytes instead of %d",
                WEIGHTS,
                name,
                size,
                weightBytes));
      }
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(draft);
    }
  }

  private void copy(String resource, Path target) throws IOException {
    try (InputStream in = getClass().getResourceAsStream(resource)) {
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
