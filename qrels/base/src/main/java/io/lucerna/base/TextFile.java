package io.lucerna.base;

import io.lucerna.base.text.MalformedTextException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A text that a person hands over: a file, a pipe, or standard input under the name {@code -}.
 *
 * <p>Every text is opened here and nowhere else. It is UTF-8, read strictly; a byte order mark is
 * skipped; gzip, bzip2 and zstd are recognised by their magic numbers, whatever the name ends in,
 * and other compressions are refused by name. A pipe can be read once.
 *
 * <p>Not safe for use by several threads.
 */
public final class TextFile {
  /** The name of standard input. */
  public static final String STANDARD_INPUT = "-";

  /** The same by the name of a file, where a dash would be taken for an option. */
  public static final String STANDARD_INPUT_DEVICE = "/dev/stdin";

  /** The hashes of what could be read but once, by name, made while it was read. */
  private static final Map<String, MessageDigest> HASHES = new ConcurrentHashMap<>();

  /** What of standard input was read already: it cannot be read twice. */
  private static WeakReference<@Nullable InputStream> consumed = new WeakReference<>(null);

  /** How far {@link #firstByte} looks. */
  private static final int LOOK_AHEAD = 1 << 16;

  private final String name;
  private final @Nullable Path path;
  private final boolean once;
  private boolean opened;

  /** What can be read once and was looked into by {@link #firstByte}. */
  private @Nullable InputStream begun;

  private TextFile(String name, @Nullable Path path) {
    this.name = name;
    this.path = path;
    this.once = path == null || Files.exists(path) && !Files.isRegularFile(path);
  }

  /** A text by the name that a person gives: a path, or {@code -} for standard input. */
  public static TextFile named(String name) {
    return name.equals(STANDARD_INPUT) || name.equals(STANDARD_INPUT_DEVICE)
        ? new TextFile("standard input", null)
        : new TextFile(name, Path.of(name));
  }

  /** The text of a file; {@code -} is standard input here too. */
  public static TextFile of(Path path) {
    return named(path.toString());
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Whether there is such a file or folder; standard input always is. */
  public boolean exists() {
    return path == null || Files.exists(path);
  }

  /** Whether it can be read but once, as a pipe. */
  public boolean readOnce() {
    return once;
  }

  /**
   * Its bytes, decompressed, without a byte order mark. Closing the stream closes the file.
   *
   * @throws MalformedTextException if it is in a compression or an encoding that is not read
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws IOException if it is a folder, or a pipe that was read before
   */
  public InputStream bytes() throws IOException {
    if (begun != null) {
      InputStream rest = begun;
      begun = null;
      return rest;
    }
    InputStream raw = new BufferedInputStream(raw(), 1 << 16);
    boolean done = false;
    try {
      InputStream plain = Compression.decompressed(name, raw);
      done = true;
      return plain;
    } finally {
      if (!done) {
        raw.close();
      }
    }
  }

  /**
   * The first byte of the text that is no whitespace; -1 if there is none. It can be read from the
   * start afterwards, even if it can be read but once.
   *
   * @throws IOException as {@link #bytes} does
   */
  public int firstByte() throws IOException {
    InputStream in = new BufferedInputStream(bytes(), LOOK_AHEAD);
    boolean keep = false;
    try {
      in.mark(LOOK_AHEAD);
      int first = in.read();
      for (int i = 1; i < LOOK_AHEAD && first >= 0 && first <= ' '; i++) {
        first = in.read();
      }
      in.reset();
      keep = once;
      begun = keep ? in : null;
      return first;
    } finally {
      if (!keep) {
        in.close();
      }
    }
  }

  /**
   * Whether another program that reads UTF-8 reads the same: it is a file, not compressed, and
   * without a byte order mark.
   */
  public boolean plain() throws IOException {
    if (once) {
      return false;
    }
    try (InputStream in = raw()) {
      return Compression.isPlain(in.readNBytes(Compression.LONGEST));
    }
  }

  private InputStream raw() throws IOException {
    if (path != null && Files.isDirectory(path)) {
      throw new MalformedTextException(name, 0, "is a folder, not a file");
    }
    if (once) {
      if (opened || path == null && System.in == consumed.get() || isDrained()) {
        throw new MalformedTextException(
            name, 0, "was read already, and can be read only once; give a file");
      }
      opened = true;
      MessageDigest digest = Sha256.digest();
      HASHES.put(name, digest);
      return new DigestInputStream(
          path == null ? standardInput() : Files.newInputStream(path), digest);
    }
    return Files.newInputStream(path == null ? Path.of(name) : path);
  }

  /** A pipe that the shell made, which has no second reader's bytes to come. */
  private boolean isDrained() {
    return path != null && path.startsWith("/dev") && HASHES.containsKey(name);
  }

  private static InputStream standardInput() {
    consumed = new WeakReference<>(System.in);
    return new FilterInputStream(System.in) {
      @Override
      public void close() {
        // Not ours to close.
      }
    };
  }

  /**
   * Its lines, from the first.
   *
   * @throws IOException as {@link #bytes} does
   */
  public TextLines lines() throws IOException {
    return new TextLines(name, bytes());
  }

  /**
   * Its characters, decoded strictly as they are read; closing the reader closes the file.
   *
   * @throws IOException as {@link #bytes} does
   */
  public Reader reader() throws IOException {
    return new Utf8Reader(name, bytes());
  }

  /**
   * The whole text, its line ends as they are.
   *
   * @throws MalformedTextException if it is not UTF-8, naming the line
   */
  public String text() throws IOException {
    try (InputStream in = bytes()) {
      return Utf8.decode(name, in);
    }
  }

  /**
   * SHA-256 of the stored bytes, compressed as they may be, in hex. What can be read once must have
   * been read to its end, here or through another {@code TextFile} of its name.
   */
  public String sha256() throws IOException {
    if (once) {
      MessageDigest digest = HASHES.get(name);
      if (digest == null) {
        throw new IllegalStateException(name + " has not been read yet");
      }
      try {
        return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }
    try (InputStream in = raw()) {
      return Sha256.of(in);
    }
  }

  /** An error in this text. */
  public MalformedTextException error(long line, String message) {
    return new MalformedTextException(name, line, message);
  }
}
