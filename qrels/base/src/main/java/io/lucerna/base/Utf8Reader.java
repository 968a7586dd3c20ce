package io.lucerna.base;

import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Decodes a stream as it is read, strictly; counts lines to say where it is no UTF-8. */
final class Utf8Reader extends Reader {
  private final String name;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
  private long line = 1;
  private boolean last;

  /** The second half of a pair of surrogates, for which there was no room; 0 for none. */
  private char waiting;

  Utf8Reader(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (waiting != 0) {
      buffer[offset] = waiting;
      waiting = 0;
      return 1;
    }
    CharBuffer out = CharBuffer.wrap(buffer, offset, length);
    while (true) {
      CoderResult result = decoder.decode(bytes, out, last);
      int read = out.position();
      if (read > 0) {
        // What is wrong behind them is found again by the next call.
        for (int i = offset; i < offset + read; i++) {
          line += buffer[i] == '\n' ? 1 : 0;
        }
        return read;
      }
      if (result.isError()) {
        throw new MalformedTextException(
            name,
            line,
            String.format(Locale.ROOT, "not UTF-8: byte 0x%02X", bytes.get(bytes.position())));
      }
      if (result.isOverflow()) {
        char[] pair = new char[2];
        decoder.decode(bytes, CharBuffer.wrap(pair), last);
        buffer[offset] = pair[0];
        waiting = pair[1];
        return 1;
      }
      if (last) {
        return -1;
      }
      bytes.compact();
      int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
      last = n < 0;
      bytes.position(bytes.position() + Math.max(n, 0)).flip();
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
