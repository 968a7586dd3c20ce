package io.lucerna.instrumentation.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** One open file of weights. Reads name their position, so threads do not disturb each other. */
final class WeightFile implements Closeable {
  private static final int DIGEST_CHUNK = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long size;

  private WeightFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static WeightFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path + ": is a folder, not a file of weights");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new WeightFile(path, channel, channel.size());
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

  /** Fills the buffer with the bytes at {@code offset} and flips it. */
  void read(long offset, ByteBuffer into) {
    long position = offset;
    try {
      while (into.hasRemaining()) {
        int read = channel.read(into, position);
        if (read < 0) {
          throw new CheckpointException(path + ": is cut short: byte " + position + " is missing");
        }
        position += read;
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    }
    into.flip();
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
        int wanted = (int) Math.min(length, end - position);
        int read = channel.read(ByteBuffer.wrap(to, at, wanted), position);
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
    channel.close();
  }
}
