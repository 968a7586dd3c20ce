package io.lucerna.base;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Files that appear under their name only when they are complete. */
public final class AtomicFile {
  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(BufferedWriter out) throws IOException;
  }

  /** Writes the bytes of a file; closing the stream is the caller's. */
  @FunctionalInterface
  public interface Bytes {
    void writeTo(OutputStream out) throws IOException;
  }

  private static final AtomicLong NUMBER = new AtomicLong();

  /** Ctrl-C ends the program without unwinding the stack. */
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> UNFINISHED.forEach(file -> file.toFile().delete())));
  }

  private AtomicFile() {}

  /**
   * Writes UTF-8 text to a temporary file next to the target and moves it there in one step; half a
   * surrogate pair is written as U+FFFD. After any failure the target is what it was and the
   * temporary file is gone. Of several writers of one target, in this process or others, the last
   * one wins with all of its content. A target that exists and is no regular file, such as a pipe,
   * is written directly.
   */
  public static void write(Path target, Content content) throws IOException {
    writeBytes(
        target,
        bytes -> {
          OutputStreamWriter encoded = new OutputStreamWriter(bytes, encoder());
          BufferedWriter out = new BufferedWriter(encoded);
          content.writeTo(out);
          out.flush();
          // The encoder keeps half a pair at the very end until now.
          encoded.close();
        });
  }

  /** JSON can hold half a surrogate pair, and UTF-8 cannot. */
  private static CharsetEncoder encoder() {
    return StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .replaceWith("\uFFFD".getBytes(StandardCharsets.UTF_8));
  }

  /** The same for bytes. */
  public static void writeBytes(Path target, Bytes content) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      try (OutputStream out = Files.newOutputStream(target)) {
        content.writeTo(out);
      }
      return;
    }
    Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    // The time distinguishes processes with the same number on two machines, or one after the
    // other.
    Path temporary =
        real.resolveSibling(
            String.format(
                Locale.ROOT,
                "%s.part-%d-%x-%d",
                real.getFileName(),
                ProcessHandle.current().pid(),
                System.nanoTime(),
                NUMBER.incrementAndGet()));
    UNFINISHED.add(temporary);
    try {
      try (OutputStream out =
          Files.newOutputStream(
              temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(out);
      }
      Files.move(
          temporary, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // A full disk does not name the file.
      throw new IOException("cannot write " + target + ": " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(temporary);
      UNFINISHED.remove(temporary);
    }
  }
}
