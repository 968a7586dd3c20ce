package io.lucerna.base;

import io.lucerna.base.text.MalformedTextException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Strict decoding of UTF-8. */
final class Utf8 {
  private Utf8() {}

  /** Text between two places, in or after the line of this number, which starts at a place. */
  static String decode(String name, byte[] bytes, int lineStart, int from, int to, long line)
      throws MalformedTextException {
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    // Malformed bytes came out as this character, which may also have been there.
    if (text.indexOf('\uFFFD') >= 0) {
      check(name, bytes, lineStart, from, to, line);
    }
    return text;
  }

  /** All that is left of a stream. */
  static String decode(String name, InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    in.transferTo(all);
    byte[] bytes = all.toByteArray();
    return decode(name, bytes, 0, 0, bytes.length, 1);
  }

  private static void check(String name, byte[] bytes, int lineStart, int from, int to, long line)
      throws MalformedTextException {
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(to - from), true);
    if (!result.isError()) {
      return;
    }
    long at = line;
    int start = lineStart;
    for (int i = from; i < in.position(); i++) {
      if (bytes[i] == '\n') {
        at++;
        start = i + 1;
      }
    }
    throw new MalformedTextException(
        name,
        at,
        String.format(
            Locale.ROOT,
            "not UTF-8: byte 0x%02X at byte %d of the line",
            bytes[in.position()] & 0xff,
            in.position() - start + 1));
  }
}
