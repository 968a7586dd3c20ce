package io.lucerna.base;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The right to write into a folder, which one holder has at a time, in this process or in another.
 *
 * <p>The operating system keeps it, so a process that is killed holds nothing any more. The file
 * {@code .lock} in the folder says who the holder is; it goes when the lock is closed. A folder is
 * the same one under whatever path or link it is reached.
 *
 * <p>Nothing else may open a lock's file: POSIX gives a process's locks on a file up when the
 * process closes any channel to it. Safe for use by several threads.
 */
public final class FolderLock implements Closeable {
  /** The file in a folder that is in use. */
  public static final String FILE = ".lock";

  /** What stands in a lock's file that is no longer in the folder. */
  private static final String RELEASED = "released\n";

  /** Beyond any content: where locks are mandatory, others must still read who holds it. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final int ATTEMPTS = 1000;
  private static final long PAUSE_MILLIS = 50;
  private static final int LOOKS = 40;
  private static final String UNKNOWN = "another process";
  private static final int SHOWN = 500;

  /** The locks of this process, by their files' identities; guarded by the class. */
  private static final Map<Object, FolderLock> HELD = new HashMap<>();

  /** Somebody else holds the lock. */
  public static final class HeldException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String holder;

    HeldException(Path what, String holder) {
      super(what + ": is in use by " + holder + "; wait until that has ended, or name another");
      this.holder = holder;
    }

    /** Who holds it: process, host, time and command. */
    public String holder() {
      return holder;
    }
  }

  private final Path subject;
  private final Path file;
  private final FileChannel channel;
  private final Object identity;
  private final String holder;
  private final boolean made;
  private boolean closed;

  private FolderLock(
      Path subject, Path file, FileChannel channel, Object identity, String holder, boolean made) {
    this.subject = subject;
    this.file = file;
    this.channel = channel;
    this.identity = identity;
    this.holder = holder;
    this.made = made;
  }

  /**
   * Takes the lock of a folder, which is made if it does not exist; one that was made and is empty
   * when the lock is closed is removed.
   *
   * @param command what is going to be done, for whoever comes second
   * @throws HeldException if somebody else has it; the message says who
   * @throws IOException if the folder cannot be written to, or its file system offers no locks
   */
  public static FolderLock take(Path folder, String command) throws IOException {
    for (int attempt = 1; ; attempt++) {
      boolean made = !Files.isDirectory(folder);
      try {
        Files.createDirectories(folder);
        return take(folder, folder.resolve(FILE), command, made);
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        // The last holder has just removed the folder: after it was found, or while it was made.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Takes the lock of one output file, {@code FILE.lock} next to it.
   *
   * @throws HeldException if somebody else has it; the message says who
   * @throws IOException as {@link #take} does
   */
  public static FolderLock takeFile(Path output, String command) throws IOException {
    Path real = Files.exists(output) ? output.toRealPath() : output.toAbsolutePath();
    return take(output, real.resolveSibling(real.getFileName() + FILE), command, false);
  }

  /**
   * Takes the lock of a folder, and waits as long as somebody else has it.
   *
   * @param waiting told once, if there is somebody to wait for
   * @throws InterruptedIOException if the thread is interrupted while it waits
   * @throws IOException as {@link #take} does
   */
  public static FolderLock await(Path folder, String command, Consumer<String> waiting)
      throws IOException {
    return await(() -> take(folder, command), folder, waiting);
  }

  /**
   * Takes the lock of one output file, and waits as long as somebody else has it.
   *
   * @param waiting told once, if there is somebody to wait for
   * @throws IOException as {@link #await} does
   */
  public static FolderLock awaitFile(Path output, String command, Consumer<String> waiting)
      throws IOException {
    return await(() -> takeFile(output, command), output, waiting);
  }

  private interface Taking {
    FolderLock take() throws IOException;
  }

  private static FolderLock await(Taking taking, Path what, Consumer<String> waiting)
      throws IOException {
    boolean told = false;
    while (true) {
      try {
        return taking.take();
      } catch (HeldException e) {
        if (!told) {
          waiting.accept("waiting for " + what + ", in use by " + e.holder());
          told = true;
        }
        pause();
      }
    }
  }

  private static FolderLock take(Path subject, Path file, String command, boolean made)
      throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Attempt outcome = attempt(subject, file, command, made);
      if (outcome.lock != null) {
        return outcome.lock;
      }
      if (outcome.held) {
        throw new HeldException(subject, holderByNow(file));
      }
    }
    throw new IOException(subject + ": cannot be locked: others take and leave it all the time");
  }

  /** A lock, or none since it is held, or none since its file was removed meanwhile. */
  private record Attempt(@Nullable FolderLock lock, boolean held) {}

  private static synchronized Attempt attempt(Path subject, Path file, String command, boolean made)
      throws IOException {
    FolderLock here = held(file);
    if (here != null) {
      throw new HeldException(subject, here.holder);
    }
    FileChannel channel = open(subject, file);
    FolderLock lock = null;
    try {
      if (!tryLock(subject, channel)) {
        return new Attempt(null, true);
      }
      if (content(channel).equals(RELEASED) || !Files.exists(file)) {
        return new Attempt(null, false);
      }
      String holder = me(command);
      write(channel, holder + "\n");
      lock = new FolderLock(subject, file, channel, identity(file), holder, made);
      HELD.put(lock.identity, lock);
      return new Attempt(lock, false);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static FileChannel open(Path subject, Path file) throws IOException {
    try {
      return FileChannel.open(
          file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? "permission denied" : e.getReason();
      throw new FileSystemException(
          subject.toString(), null, "cannot be written to, as " + FILE + " shows: " + why);
    }
  }

  private static boolean tryLock(Path subject, FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      throw new IOException(
          subject
              + ": its file system offers no locks ("
              + e.getMessage()
              + "), so two processes could write at once; name a place on another file system",
          e);
    }
  }

  /** This process's lock on a file that may go at any moment. */
  private static @Nullable FolderLock held(Path file) throws IOException {
    try {
      return HELD.get(identity(file));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** What identifies a file, under any path. */
  private static Object identity(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  private static String content(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(RELEASED.length() + 1);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Until it is full, or the file ends.
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.truncate(bytes.limit());
  }

  private static String me(String command) {
    String line = command.strip().replaceAll("\\s+", " ");
    return String.format(
        Locale.ROOT,
        "process %d on %s since %s: %s",
        ProcessHandle.current().pid(),
        host(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line);
  }

  /** The host's name, without asking the network. */
  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      String name = System.getenv().getOrDefault("HOSTNAME", System.getenv("COMPUTERNAME"));
      return name == null ? "this host" : name;
    }
  }

  /** Who holds it; one that has just taken it gets a while to write down who it is. */
  private static String holderByNow(Path file) throws IOException {
    String who = UNKNOWN;
    for (int look = 0; look < LOOKS && who.equals(UNKNOWN); look++) {
      pause();
      who = holder(file);
    }
    return who;
  }

  /** Who holds it; read under the class's lock, as a file that this process holds must not be. */
  private static synchronized String holder(Path file) throws IOException {
    FolderLock here = held(file);
    if (here != null) {
      return here.holder;
    }
    try {
      String line = Files.readString(file).strip();
      return line.startsWith("process ") ? line : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static void pause() throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a lock");
    }
  }

  /** The folder, or the output file, as it was given. */
  public Path path() {
    return subject;
  }

  /**
   * Checks that the folder is still the one whose lock was taken.
   *
   * @throws IOException if it was removed or replaced since, so that somebody else may use it
   */
  public void check() throws IOException {
    if (!isThere()) {
      throw new IOException(subject + ": was removed or replaced while it was in use");
    }
  }

  private boolean isThere() {
    try {
      return identity(file).equals(identity);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (FolderLock.class) {
      if (closed) {
        return;
      }
      closed = true;
      HELD.remove(identity, this);
      // An interrupt would close the channel before the mark is written.
      boolean interrupted = Thread.interrupted();
      boolean there = isThere();
      // First out of the folder, then marked: whoever opened it before sees that it is no longer
      // the folder's, and whoever comes now makes a new one.
      try (channel) {
        if (there) {
          Files.delete(file);
        }
        write(channel, RELEASED);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      if (made && there) {
        removeEmpty();
      }
    }
  }

  private void removeEmpty() throws IOException {
    try {
      Files.deleteIfExists(subject);
    } catch (DirectoryNotEmptyException e) {
      // It was used.
    }
  }
}
