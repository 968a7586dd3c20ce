package io.lucerna.studies.record;

import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table of query and passage pairs, read row by row: columns are separated by tabs, nothing
 * quotes, blank lines are skipped, and the header is {@code qid, query, docid, text}. Not
 * thread-safe.
 */
public final class PairTable implements Closeable {
  private static final String HEADER = "qid\tquery\tdocid\ttext";
  private static final List<String> COLUMNS = List.of(HEADER.split("\t", -1));

  /**
   * A row.
   *
   * @param line where it stands in the file, from 1
   * @param qid the topic's id
   * @param query the query's text
   * @param docid the document's id
   * @param text the passage
   */
  public record Row(long line, String qid, String query, String docid, String text) {}

  private final TextLines lines;

  private PairTable(TextLines lines) {
    this.lines = lines;
  }

  /**
   * Opens a table.
   *
   * @param file the path, or {@code -} for standard input
   * @return the table, before its first row; the caller closes it
   * @throws MalformedTextException if the header is another one
   * @throws IOException if it cannot be read
   */
  public static PairTable open(String file) throws IOException {
    PairTable table = new PairTable(TextFile.named(file).lines());
    boolean opened = false;
    try {
      String header = table.line();
      if (header == null || !header.equals(HEADER)) {
        throw new MalformedTextException(
            TextFile.named(file).name(),
            Math.max(1, table.lines.number()),
            "expected the header "
                + HEADER.replace("\t", "<TAB>")
                + ", got "
                + (header == null ? "nothing" : found(header)));
      }
      opened = true;
      return table;
    } finally {
      if (!opened) {
        table.close();
      }
    }
  }

  private static String found(String header) {
    String beginning = JsonFaults.beginning(header.replace("\t", "<TAB>"));
    return header.startsWith("{")
        ? beginning + "; contrast pairs in JSON lines are for record and patch alone"
        : beginning;
  }

  private @Nullable String line() throws IOException {
    String line = lines.next();
    while (line != null && line.isEmpty()) {
      line = lines.next();
    }
    return line;
  }

  /**
   * {@return the next row; empty at the end}
   *
   * @throws MalformedTextException if it has not four columns, or is not UTF-8
   * @throws IOException if it cannot be read
   */
  public Optional<Row> next() throws IOException {
    String line = line();
    if (line == null) {
      return Optional.empty();
    }
    String[] cells = line.split("\t", -1);
    if (cells.length != COLUMNS.size()) {
      throw lines.error(
          String.format(
              Locale.ROOT,
              "expected %d columns separated by tabs, got %d",
              COLUMNS.size(),
              cells.length));
    }
    return Optional.of(new Row(lines.number(), cells[0], cells[1], cells[2], cells[3]));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
