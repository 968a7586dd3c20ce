package io.lucerna.base;

import io.lucerna.base.text.MalformedTextException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdUtils;

/** How a text is stored, recognised by its first bytes. */
enum Compression {
  GZIP("gzip", 0x1f, 0x8b),
  BZIP2("bzip2", 'B', 'Z', 'h'),
  ZSTD("zstd", 0x28, 0xb5, 0x2f, 0xfd),
  XZ("xz", 0xfd, '7', 'z', 'X', 'Z', 0),
  LZ4("lz4", 0x04, 0x22, 0x4d, 0x18),
  ZIP("zip", 'P', 'K', 3, 4),
  SEVEN_ZIP("7-Zip", '7', 'z', 0xbc, 0xaf, 0x27, 0x1c),
  COMPRESS("compress (.Z)", 0x1f, 0x9d);

  static final int LONGEST = 6;

  private final String word;
  private final int[] magic;

  Compression(String word, int... magic) {
    this.word = word;
    this.magic = magic;
  }

  /** The text of a stored stream, which must support marks, without a byte order mark. */
  static InputStream decompressed(String name, InputStream stored) throws IOException {
    byte[] start = peek(stored);
    for (Compression compression : values()) {
      if (starts(start, compression.magic)) {
        InputStream plain = new BufferedInputStream(compression.open(name, stored), 1 << 16);
        return withoutMark(name, plain, peek(plain));
      }
    }
    return withoutMark(name, stored, start);
  }

  private InputStream open(String name, InputStream stored) throws IOException {
    try {
      return switch (this) {
        case GZIP -> new Checked(name, word, new GZIPInputStream(stored, 1 << 16));
        case BZIP2 -> new Checked(name, word, new BZip2CompressorInputStream(stored, true));
        case ZSTD -> {
          if (!ZstdUtils.isZstdCompressionAvailable()) {
            throw new MalformedTextException(
                name, 0, "is compressed by zstd; add com.github.luben:zstd-jni to read it");
          }
          yield new Checked(name, word, new ZstdCompressorInputStream(stored));
        }
        default ->
            throw new MalformedTextException(
                name,
                0,
                "is compressed by " + word + "; gzip, bzip2, zstd and plain text are read");
      };
    } catch (MalformedTextException e) {
      throw e;
    } catch (IOException e) {
      throw broken(name, word, e);
    }
  }

  private static MalformedTextException broken(String name, String word, IOException cause) {
    String reason = cause.getMessage();
    MalformedTextException broken =
        new MalformedTextException(
            name,
            0,
            "its " + word + " data is cut off or broken" + (reason == null ? "" : ": " + reason));
    broken.initCause(cause);
    return broken;
  }

  private static byte[] peek(InputStream in) throws IOException {
    in.mark(LONGEST);
    byte[] start = in.readNBytes(LONGEST);
    in.reset();
    return start;
  }

  private static InputStream withoutMark(String name, InputStream in, byte[] start)
      throws IOException {
    if (starts(start, 0xef, 0xbb, 0xbf)) {
      in.skipNBytes(3);
    } else if (starts(start, 0xff, 0xfe) || starts(start, 0xfe, 0xff)) {
      throw utf16(name);
    } else if (start.length > 1 && (start[0] == 0 ^ start[1] == 0)) {
      throw utf16(name); // the half of a first letter that ASCII leaves empty
    }
    return in;
  }

  private static MalformedTextException utf16(String name) {
    return new MalformedTextException(name, 1, "is UTF-16; save it as UTF-8");
  }

  /** Whether a file that starts so is neither compressed nor marked. */
  static boolean isPlain(byte[] start) {
    for (Compression compression : values()) {
      if (starts(start, compression.magic)) {
        return false;
      }
    }
    return !starts(start, 0xef, 0xbb, 0xbf);
  }

  private static boolean starts(byte[] start, int... mark) {
    if (start.length < mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if ((start[i] & 0xff) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  /** Names the file where compressed data ends early or is broken. */
  private static final class Checked extends InputStream {
    private final String name;
    private final String word;
    private final InputStream in;

    Checked(String name, String word, InputStream in) {
      this.name = name;
      this.word = word;
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        throw broken(name, word, e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
