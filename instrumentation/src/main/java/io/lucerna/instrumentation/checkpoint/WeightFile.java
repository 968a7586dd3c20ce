package io.lucerna.instrumentation.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * One open file of weights. Reads name their position, so threads do not disturb each other. Nor
 * does an interrupt, which would close a channel, for all who read through it.
 */
final class WeightFile implements Closeable {
  private static final int DIGEST_CHUNK = 1 << 20;

  private final Path path;
  private final RandomAccessFile file;
  private final long size;

  private WeightFile(Path path, RandomAccessFile file, long size) {
    this.path = path;
    this.file = file;
    this.size = size;
  }

  static WeightFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path + ": is a folder, not a file of weights");
    }
    try {
      // It says what is wrong; RandomAccessFile says of all it cannot open that it is not found.
      path.getFileSystem().provider().checkAccess(path, AccessMode.READ);
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
      return new WeightFile(path, file, file.length());
    } catch (NoSuchFileException e) {
      throw new CheckpointException(path + ": no such file", e);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be opened: " + e, e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /** Fills the buffer, which has an array, with the bytes at {@code offset} and flips it. */
  void read(long offset, ByteBuffer into) {
    long position = offset;
    try {
      while (into.hasRemaining()) {
        int at = into.arrayOffset() + into.position();
        int read = some(position, into.array(), at, into.remaining());
        if (read < 0) {
          throw new CheckpointException(path + ": is cut short: byte " + position + " is missing");
        }
        into.position(into.position() + read);
        position += read;
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    }
    into.flip();
  }

  /** Reads some of the bytes at a position, at most {@code length}; -1 at the end of the file. */
  private int some(long position, byte[] to, int at, int length) throws IOException {
    synchronized (file) {
      file.seek(position);
      return file.read(to, at, length);
    }
  }

  /** The bytes from {@code offset} up to {@code end}, unbuffered, independent of other readers. */
  InputStream stream(long offset, long end) {
    return new InputStream() {
      private long position = offset;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
      }

      @Override
      public int read(byte[] to, int at, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (position >= end) {
          return -1;
        }
        int read = some(position, to, at, (int) Math.min(length, end - position));
        position += Math.max(read, 0);
        return read;
      }

      @Override
      public long skip(long count) {
        long step = Math.max(0, Math.min(count, end - position));
        position += step;
        return step;
      }
    };
  }

  /** Adds all bytes of the file to the digest. */
  void digest(MessageDigest digest) {
    ByteBuffer chunk = ByteBuffer.allocate(DIGEST_CHUNK);
    for (long at = 0; at < size; at += DIGEST_CHUNK) {
      chunk.clear().limit((int) Math.min(DIGEST_CHUNK, size - at));
      read(at, chunk);
      digest.update(chunk);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
