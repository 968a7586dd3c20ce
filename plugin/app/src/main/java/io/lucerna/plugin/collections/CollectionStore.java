package io.lucerna.plugin.collections;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Sha256;
import io.lucerna.base.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
      case Source.Joined joined -> joined(collection, joined).resolveSibling("");
    };
  }

  /**
   * Reranking requests: the queries of a collection and what a first stage found for them.
   *
   * @throws CollectionException if they cannot be fetched
   * @throws IllegalArgumentException if the collection has no first stage of that name
   */
  public Path requests(NamedCollection collection, String firstStage) throws IOException {
    return file(collection, collection.firstStages().named(firstStage).requests());
  }

  /**
   * The requests of all first stages that searched the same passages as those of this collection:
   * together the texts that are known of them.
   *
   * @throws CollectionException if they cannot be fetched
   */
  public List<Path> allRequests(NamedCollection collection) throws IOException {
    List<Path> files = new ArrayList<>();
    for (NamedCollection one : CollectionRegistry.withPassagesOf(collection)) {
      for (FirstStages.FirstStage stage : one.firstStages().files()) {
        if (!(stage.requests() instanceof Source.Joined)) {
          files.add(file(one, stage.requests()));
        }
      }
    }
    return files;
  }

  /**
   * A folder in the cache that is made once.
   *
   * @param name of the folder, which says what decides its content
   * @param maker fills a folder that exists and is empty
   */
  public Path derived(String name, Maker maker) throws IOException {
    return once(Files.createDirectories(cache), cache.resolve(name), maker);
  }

  /** Fills a folder. */
  @FunctionalInterface
  public interface Maker {
    void fill(Path folder) throws IOException;
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
      case Source.Joined joined -> joined(collection, joined);
    };
  }

  private Path joined(NamedCollection collection, Source.Joined joined) throws IOException {
    List<Path> parts = new ArrayList<>();
    StringBuilder hashes = new StringBuilder();
    for (Source.Remote part : joined.parts()) {
      parts.add(file(collection, part));
      hashes.append(part.checksum().hex());
    }
    String version = Sha256.of(hashes.toString()).substring(0, 8);
    Path parent = folder(collection);
    Path folder =
        once(
            parent,
            parent.resolve(joined.fileName() + "-" + version),
            fresh ->
                AtomicFile.write(
                    fresh.resolve(joined.fileName()), out -> JoinedFile.write(parts, out)));
    return folder.resolve(joined.fileName());
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
    Optional<CollectionException> wrong = Optional.empty();
    for (Path folder : folders(local.get(), collection)) {
      for (String name : List.of(source.fileName(), source.fileName() + ".gz")) {
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)) {
          Checksum found = found(file, source);
          if (found.equals(source.checksum())) {
            tellTerms(collection);
            return Optional.of(
                name.equals(source.fileName()) ? file : uncompressed(collection, source, file));
          }
          wrong = wrong.or(() -> Optional.of(otherFile(file, collection, found, source)));
        }
      }
    }
    if (wrong.isPresent()) {
      throw wrong.get();
    }
    return Optional.empty();
  }

  /** As it would have been fetched, so that it has one hash wherever it comes from. */
  private Path uncompressed(NamedCollection collection, Source.Remote source, Path file)
      throws IOException {
    Path target = folder(collection).resolve(source.fileName());
    if (isWhole(target, source)) {
      return target;
    }
    return locked(
        folder(collection),
        () -> {
          try (InputStream in = TextFile.of(file).bytes()) {
            AtomicFile.writeBytes(target, in::transferTo);
          }
          return target;
        });
  }

  /** The folder itself, that of the collection's name, and then the others in it. */
  private static List<Path> folders(Path local, NamedCollection collection) throws IOException {
    Set<Path> folders = new LinkedHashSet<>(List.of(local, local.resolve(collection.name())));
    try (Stream<Path> inside = Files.list(local)) {
      inside.filter(Files::isDirectory).sorted().forEach(folders::add);
    }
    return List.copyOf(folders);
  }

  /** A file that was compressed for storage is checked by what is in it. */
  private static Checksum found(Path file, Source.Remote source) throws IOException {
    if (file.getFileName().toString().equals(source.fileName())) {
      return source.checksum().of(file);
    }
    try (InputStream in = TextFile.of(file).bytes()) {
      return source.checksum().of(in);
    }
  }

  private static CollectionException otherFile(
      Path file, NamedCollection collection, Checksum found, Source.Remote source) {
    return new CollectionException(
        file
            + ": this is not the file of "
            + collection.name()
            + ": its checksum is "
            + found
            + " instead of "
            + source.checksum().hex()
            + "; to use it anyway, give its path instead of the name");
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
              tellTerms(collection);
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
    return Files.exists(file) && source.checksum().of(file).equals(source.checksum());
  }

  /** Says once, with the first of the files, under which terms they may be used. */
  private void tellTerms(NamedCollection collection) throws IOException {
    if (collection.firstStages().isEmpty()) {
      return;
    }
    Path told = cache.resolve(collection.firstStages().passages() + ".terms");
    if (!Files.exists(told)) {
      Files.createDirectories(cache);
      waiting.accept(collection.firstStages().terms());
      AtomicFile.write(told, out -> out.write(collection.firstStages().terms() + "\n"));
    }
  }

  private Path unpacked(NamedCollection collection, Source.Remote source) throws IOException {
    Path target = folder(collection).resolve("corpus-" + source.checksum().hex().substring(0, 8));
    if (Files.isDirectory(target)) {
      return target;
    }
    Path archive = file(collection, source);
    return once(folder(collection), target, folder -> TarGz.unpack(archive, folder));
  }

  private Path once(Path parent, Path target, Maker maker) throws IOException {
    if (Files.isDirectory(target)) {
      return target;
    }
    return locked(
        parent,
        () -> {
          if (!Files.isDirectory(target)) {
            Path fresh = target.resolveSibling("filling");
            // What a process left that was killed.
            delete(fresh);
            Files.createDirectory(fresh);
            try {
              maker.fill(fresh);
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
