package io.lucerna.instrumentation.hub;

import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One model's folder in the cache, laid out as Python's huggingface_hub does: {@code blobs/ETAG},
 * {@code refs/REVISION} holding a commit, {@code snapshots/COMMIT/FILE} linking into the blobs, and
 * {@code .no_exist/COMMIT/FILE} marking what the commit does not have.
 */
final class HubCache {
  private static final String COMMIT = "[0-9a-f]{40}";

  private final Path model;

  HubCache(Path cache, String repoId) {
    this.model = cache.resolve("models--" + repoId.replace("/", "--"));
  }

  static boolean isCommit(String revision) {
    return revision.matches(COMMIT);
  }

  Path snapshot(String commit) {
    return model.resolve("snapshots").resolve(commit);
  }

  Path blob(String etag) {
    return model.resolve("blobs").resolve(etag);
  }

  /** Waits for the lock of the model between threads and processes; closing frees it. */
  FolderLock lock(Consumer<String> waiting) throws IOException {
    Path locks = model.resolveSibling(".locks").resolve(model.getFileName());
    return FolderLock.await(locks, "fetching " + model.getFileName(), waiting);
  }

  /** The commit that a branch or tag last stood for. */
  Optional<String> commit(String revision) throws IOException {
    if (isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = model.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(ref).strip()).filter(HubCache::isCommit);
  }

  void remember(String revision, String commit) throws IOException {
    if (!isCommit(revision)) {
      write(model.resolve("refs").resolve(revision), commit);
    }
  }

  boolean isKnownMissing(String commit, String file) {
    return Files.exists(model.resolve(".no_exist").resolve(commit).resolve(file));
  }

  void rememberMissing(String commit, String file) throws IOException {
    write(model.resolve(".no_exist").resolve(commit).resolve(file), "");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    Path fresh = Files.createTempFile(file.resolveSibling(""), ".tmp", "");
    Files.writeString(fresh, text);
    move(fresh, file);
  }

  /** Puts a blob under its name in the snapshot: as a link, or as a copy where links cannot be. */
  void link(String commit, String file, String etag) throws IOException {
    Path pointer = snapshot(commit).resolve(file);
    Path folder = pointer.resolveSibling("");
    Files.createDirectories(folder);
    Path target = folder.relativize(blob(etag));
    try {
      // A link that leads nowhere is replaced.
      Files.deleteIfExists(pointer);
      Files.createSymbolicLink(pointer, target);
    } catch (FileAlreadyExistsException e) {
      // Another thread made it.
    } catch (UnsupportedOperationException | IOException e) {
      Path copy = Files.createTempFile(folder, ".tmp", "");
      Files.copy(blob(etag), copy, StandardCopyOption.REPLACE_EXISTING);
      move(copy, pointer);
    }
  }

  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
