package io.lucerna.plugin.collections;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Brings the files of named collections: from a local folder if one is given and has them, else
 * from the cache, else from the web. Every file that does not come with Lucerna is checked against
 * its checksum.
 */
public final class CollectionStore {
  /** Names a folder with the files of collections. */
  public static final String FOLDER_VARIABLE = "LUCERNA_COLLECTIONS";

  /** Names the folder that downloads are kept in. */
  public static final String CACHE_VARIABLE = "LUCERNA_CACHE";

  private final Optional<Path> local;
  private final Path cache;
  private final Consumer<String> waiting;

  /**
   * A store over these folders.
   *
   * @param local where files are looked for first, by name, in the folder and in its subfolder of
   *     the collection's name
   * @param cache where downloads are kept; created when needed
   */
  public CollectionStore(Optional<Path> local, Path cache) {
    this(local, cache, message -> {});
  }

  private CollectionStore(Optional<Path> local, Path cache, Consumer<String> waiting) {
    this.local = local;
    this.cache = cache;
    this.waiting = waiting;
  }

  /**
   * The same store; it says so if another thread or process is at a collection, before it waits.
   */
  public CollectionStore telling(Consumer<String> listener) {
    return new CollectionStore(local, cache, listener);
  }

  /**
   * The store that options and environment ask for.
   *
   * @param option the folder that the user named on the command line, which takes precedence over
   *     the environment
   * @param environment the variables, as of {@link System#getenv()}
   */
  public static CollectionStore of(Optional<Path> option, Map<String, String> environment) {
    Path home = Path.of(System.getProperty("user.home", ""), ".cache", "lucerna");
    Optional<Path> local =
        option.or(() -> Optional.ofNullable(environment.get(FOLDER_VARIABLE)).map(Path::of));
    Path cache = Optional.ofNullable(environment.get(CACHE_VARIABLE)).map(Path::of).orElse(home);
    return new CollectionStore(local, cache.resolve("collections"));
  }

  /**
   * The topics file, in the collection's format.
   *
   * @throws CollectionException if it cannot be fetched
   */
  public Path topics(NamedCollection collection) throws IOException {
    return file(collection, collection.topics());
  }

  /**
   * The judgments, in TREC form.
   *
   * @throws CollectionException if they cannot be fetched
   */
  public Path qrels(NamedCollection collection) throws IOException {
    return file(collection, collection.qrels());
  }

  /**
   * A folder of the documents, as Anserini's {@code -input} wants it.
   *
   * @throws CollectionException if they cannot be fetched
   */
  public Path corpus(NamedCollection collection) throws IOException {
    Source source =
        collection
            .corpus()
            .orElseThrow(
                () ->
                    new CollectionException(
                        "the documents of "
                            + collection.name()
                            + " cannot be fetched by name; name their folder. "
                            + collection.description()));
    return switch (source) {
      case Source.Resource resource ->
          written(collection, resource, folder(collection).resolve("corpus"));
      case Source.Remote remote -> unpacked(collection, remote);
    };
  }

  private Path folder(NamedCollection collection) throws IOException {
    return Files.createDirectories(cache.resolve(collection.name()));
  }

  private Path file(NamedCollection collection, Source source) throws IOException {
    return switch (source) {
      case Source.Resource resource ->
          written(collection, resource, folder(collection)).resolve(resource.fileName());
      case Source.Remote remote -> {
        Optional<Path> found = local(collection, remote);
        yield found.isPresent() ? found.get() : cached(collection, remote);
      }
    };
  }

  /** Writes the file if it is not there, or of another version; whole, since others may read. */
  private Path written(NamedCollection collection, Source.Resource resource, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(resource.fileName());
    Path fresh = Files.createTempDirectory("lucerna-resource");
    try {
      Path content = resource.writer().write(fresh);
      if (!Files.exists(target) || Files.mismatch(content, target) >= 0) {
        locked(
            folder(collection),
            () -> {
              AtomicFile.writeBytes(target, out -> Files.copy(content, out));
              return target;
            });
      }
      return folder;
    } finally {
      delete(fresh);
    }
  }

  private Optional<Path> local(NamedCollection collection, Source.Remote source)
      throws IOException {
    if (local.isEmpty()) {
      return Optional.empty();
    }
    if (!Files.isDirectory(local.get())) {
      throw new CollectionException(local.get() + ": the folder of collections does not exist");
    }
    for (Path folder : List.of(local.get(), local.get().resolve(collection.name()))) {
      Path file = folder.resolve(source.fileName());
      if (Files.isRegularFile(file)) {
        String md5 = Download.md5(file);
        if (!md5.equals(source.md5())) {
          throw new CollectionException(
              file
                  + ": this is not the file of "
                  + collection.name()
                  + ": its md5 is "
                  + md5
                  + " instead of "
                  + source.md5()
                  + "; to use it anyway, give its path instead of the name");
        }
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private Path cached(NamedCollection collection, Source.Remote source) throws IOException {
    Path target = folder(collection).resolve(source.fileName());
    if (isWhole(target, source)) {
      return target;
    }
    try {
      return locked(
          folder(collection),
          () -> {
            if (!isWhole(target, source)) {
              new Download().fetch(source, target);
            }
            return target;
          });
    } catch (IOException e) {
      throw new CollectionException(
          "cannot download "
              + source.uri()
              + ": "
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
              + ". Without the network, put "
              + source.fileName()
              + " into a folder and name it with "
              + FOLDER_VARIABLE,
          e);
    }
  }

  private static boolean isWhole(Path file, Source.Remote source) throws IOException {
    return Files.exists(file) && Download.md5(file).equals(source.md5());
  }

  private Path unpacked(NamedCollection collection, Source.Remote source) throws IOException {
    Path target = folder(collection).resolve("corpus-" + source.md5().substring(0, 8));
    if (Files.isDirectory(target)) {
      return target;
    }
    Path archive = file(collection, source);
    return locked(
        folder(collection),
        () -> {
          if (!Files.isDirectory(target)) {
            Path fresh = target.resolveSibling("unpacking");
            // What a process left that was killed.
            delete(fresh);
            Files.createDirectory(fresh);
            try {
              TarGz.unpack(archive, fresh);
              Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
              delete(fresh);
            }
          }
          return target;
        });
  }

  private interface Work {
    Path get() throws IOException;
  }

  /** Does work that no other thread or process does at the same time in this folder. */
  private Path locked(Path folder, Work work) throws IOException {
    try (FolderLock lock = FolderLock.await(folder, "fetching " + folder.getFileName(), waiting)) {
      return work.get();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
