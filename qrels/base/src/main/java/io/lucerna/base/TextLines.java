package io.lucerna.base;

import io.lucerna.base.text.MalformedTextException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text, one at a time, without their ends: {@code \n}, {@code \r\n} or {@code \r}.
 *
 * <p>A line can be had as text or, where there are millions, as bytes between two places of an
 * array; the array is used again for the next line. Text is decoded strictly.
 */
public final class TextLines implements Closeable {
  private final String name;
  private final InputStream in;
  private byte[] buffer = new byte[1 << 16];

  /** The line is {@code from} to {@code to}; what follows it starts at {@code next}. */
  private int from;

  private int to;
  private int next;
  private int end;
  private boolean last;
  private boolean skipNewline;
  private long number;

  TextLines(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /**
   * Goes to the next line.
   *
   * @return false at the end of the text
   */
  public boolean advance() throws IOException {
    from = next;
    if (skipNewline) {
      if (from == end && !last) {
        fill();
      }
      if (from < end && buffer[from] == '\n') {
        from++;
      }
      skipNewline = false;
    }
    int at = from;
    while (true) {
      for (; at < end; at++) {
        byte b = buffer[at];
        if (b == '\n' || b == '\r') {
          to = at;
          next = at + 1;
          skipNewline = b == '\r';
          number++;
          return true;
        }
      }
      if (last) {
        to = end;
        next = end;
        if (from == end) {
          return false;
        }
        number++;
        return true;
      }
      int done = at - from;
      fill();
      at = from + done;
    }
  }

  /** Brings more bytes behind those from {@code from} on, which move to the front. */
  private void fill() throws IOException {
    int kept = end - from;
    if (kept == buffer.length) {
      if (buffer.length >= Integer.MAX_VALUE - 8) {
        throw new MalformedTextException(name, number + 1, "a line of over 2 GiB");
      }
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, Integer.MAX_VALUE - 8));
    }
    System.arraycopy(buffer, from, buffer, 0, kept);
    from = 0;
    end = kept;
    int n = in.read(buffer, end, buffer.length - end);
    if (n < 0) {
      last = true;
    } else {
      end += n;
    }
  }

  /** The next line as text; null at the end. */
  public @Nullable String next() throws IOException {
    return advance() ? text() : null;
  }

  /** The line's number, from 1. */
  public long number() {
    return number;
  }

  /**
   * The line as text.
   *
   * @throws MalformedTextException if it is not UTF-8
   */
  public String text() throws MalformedTextException {
    return text(from, to);
  }

  /**
   * A part of the line as text.
   *
   * @throws MalformedTextException if it is not UTF-8
   */
  public String text(int start, int stop) throws MalformedTextException {
    return Utf8.decode(name, buffer, from, start, stop, number);
  }

  /** The array that holds the line's bytes until {@link #advance} is called again. */
  public byte[] array() {
    return buffer;
  }

  /** Where the line starts in the array. */
  public int from() {
    return from;
  }

  /** Where the line ends in the array, exclusively. */
  public int to() {
    return to;
  }

  /** An error in this line. */
  public MalformedTextException error(String message) {
    return new MalformedTextException(name, number, message);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
