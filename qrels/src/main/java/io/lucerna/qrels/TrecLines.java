package io.lucerna.qrels;

import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * The lines of a text in one of the TREC formats: columns that whitespace separates. Blank lines
 * are passed over.
 *
 * <p>A column can be read as text or, where there are millions, as bytes between two places of an
 * array that holds them until the next line.
 *
 * <p>Not thread-safe.
 */
@Internal
public final class TrecLines implements Closeable {
  private final TextLines lines;
  private final String layout;
  private final int[] starts;
  private final int[] stops;
  private final Repeated[] repeated;

  private TrecLines(TextLines lines, String layout) {
    this.lines = lines;
    this.layout = layout;
    int columns = layout.split(" ").length;
    this.starts = new int[columns];
    this.stops = new int[columns];
    this.repeated = new Repeated[columns];
    Arrays.setAll(repeated, column -> new Repeated());
  }

  /** The last value of a column. */
  private static final class Repeated {
    private byte[] bytes = {};
    private String text = "";
  }

  /**
   * Opens a text.
   *
   * @param file the text, in UTF-8
   * @param layout the names of the columns, separated by spaces; every line must have as many
   * @return the lines, before the first; the caller closes them
   * @throws IOException if the text cannot be opened
   */
  public static TrecLines open(TextFile file, String layout) throws IOException {
    return new TrecLines(file.lines(), layout);
  }

  /**
   * Goes to the next line that is not blank.
   *
   * @return false at the end of the text
   * @throws MalformedTextException if the line has another number of columns, or is not UTF-8
   * @throws IOException if the text cannot be read
   */
  public boolean advance() throws IOException {
    while (lines.advance()) {
      int found = split();
      if (found == starts.length) {
        return true;
      }
      if (found > 0) {
        throw error(found + " columns where " + starts.length + " are expected (" + layout + ")");
      }
    }
    return false;
  }

  private int split() throws MalformedTextException {
    byte[] bytes = lines.array();
    int to = lines.to();
    int at = lines.from();
    int found = 0;
    int bits = 0;
    while (true) {
      while (at < to && isSpace(bytes[at])) {
        at++;
      }
      if (at == to) {
        break;
      }
      int start = at;
      while (at < to && !isSpace(bytes[at])) {
        bits |= bytes[at++];
      }
      if (found < starts.length) {
        starts[found] = start;
        stops[found] = at;
      }
      found++;
    }
    if (bits < 0) {
      // Decoding checks all columns, even those that nobody asks for.
      lines.text();
    }
    return found;
  }

  /** What C's {@code isspace} knows; other Unicode spaces may be part of an id. */
  private static boolean isSpace(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }

  /**
   * {@return a column as text, counted from 0}
   *
   * @param column the column's number
   * @throws MalformedTextException if it is not UTF-8
   */
  public String text(int column) throws MalformedTextException {
    return lines.text(starts[column], stops[column]);
  }

  /**
   * {@return a column as text where it has one value in many lines: the line before's string is
   * kept}
   *
   * @param column the column's number, from 0
   * @throws MalformedTextException if it is not UTF-8
   */
  public String repeatedText(int column) throws MalformedTextException {
    Repeated last = repeated[column];
    byte[] array = lines.array();
    int start = starts[column];
    int stop = stops[column];
    if (!Arrays.equals(last.bytes, 0, last.bytes.length, array, start, stop)) {
      last.bytes = Arrays.copyOfRange(array, start, stop);
      last.text = text(column);
    }
    return last.text;
  }

  /** {@return the array that holds the line's bytes until {@link #advance} is called again} */
  public byte[] array() {
    return lines.array();
  }

  /**
   * {@return where a column starts in the array}
   *
   * @param column the column's number, from 0
   */
  public int start(int column) {
    return starts[column];
  }

  /**
   * {@return where a column ends in the array, exclusively}
   *
   * @param column the column's number, from 0
   */
  public int stop(int column) {
    return stops[column];
  }

  /**
   * {@return an error in this line, for the caller to throw}
   *
   * @param message what is wrong, which follows the file's name and the line's number
   */
  public MalformedTextException error(String message) {
    return lines.error(message);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
