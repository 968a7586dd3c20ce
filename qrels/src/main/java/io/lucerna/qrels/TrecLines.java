package io.lucerna.qrels;

import io.lucerna.base.MalformedTextException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/** Reads the TREC text formats: UTF-8 lines of columns that any white space separates. */
public final class TrecLines {
  /** What C's {@code isspace} knows within a line; other Unicode spaces may be part of an id. */
  private static final String WHITE_SPACE = " \t\u000B\f\r";

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Takes the columns of one line. */
  @FunctionalInterface
  public interface LineHandler {
    /**
     * @param columns the columns of the line; the array is reused for the next line
     * @throws MalformedLineException if the columns do not say what they should
     */
    void accept(String[] columns) throws MalformedLineException;
  }

  /** Says what is wrong with a line; {@link #read} adds the file and the line number. */
  public static final class MalformedLineException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedLineException(String message) {
      super(message);
    }
  }

  private TrecLines() {}

  /**
   * Hands every line but blank ones to the handler.
   *
   * @param layout the names of the columns, separated by spaces; every line must have as many
   * @return the number of lines handed over
   * @throws MalformedTextException if a line has another number of columns, is refused by the
   *     handler or is not UTF-8
   */
  public static long read(Path file, String layout, LineHandler handler) throws IOException {
    String[] columns = new String[layout.split(" ").length];
    long handled = 0;
    long number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        String text = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
        StringTokenizer tokens = new StringTokenizer(text, WHITE_SPACE);
        if (!tokens.hasMoreTokens()) {
          continue;
        }
        int found = tokens.countTokens();
        if (found != columns.length) {
          throw new MalformedLineException(
              found + " columns where " + columns.length + " are expected (" + layout + ")");
        }
        for (int i = 0; i < columns.length; i++) {
          columns[i] = tokens.nextToken();
        }
        handler.accept(columns);
        handled++;
      }
    } catch (MalformedLineException e) {
      throw new MalformedTextException(file.toString(), number, String.valueOf(e.getMessage()));
    } catch (CharacterCodingException e) {
      throw new MalformedTextException(
          file.toString(), 0, "not UTF-8 somewhere after line " + number);
    }
    return handled;
  }
}
