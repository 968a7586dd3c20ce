package io.lucerna.instrumentation.recording;

import io.lucerna.base.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A new file, buffered, whose hash is known when it is written. */
final class HashingFile implements Closeable {
  private static final int BUFFER = 1 << 18;

  private final FileChannel channel;
  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long bytes;

  HashingFile(Path path) throws IOException {
    channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  void write(ByteBuffer from) throws IOException {
    bytes += from.remaining();
    while (from.hasRemaining()) {
      int count = Math.min(buffer.remaining(), from.remaining());
      buffer.put(from.slice(from.position(), count));
      from.position(from.position() + count);
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    digest.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Writes what is left, and waits until the disk has it. */
  void force() throws IOException {
    flush();
    channel.force(true);
  }

  long bytes() {
    return bytes;
  }

  /** The hash of all that was written; once. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** What a file that exists is. */
  static ShardFile identify(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new ShardFile(String.valueOf(file.getFileName()), Files.size(file), Sha256.of(in));
    }
  }
}
