package io.lucerna.plugin;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of query and passage pairs, read row by row: tabs part, nothing quotes, and the header is
 * {@code qid, query, docid, text}.
 */
final class PairTable implements Closeable {
  private static final List<String> COLUMNS = List.of("qid", "query", "docid", "text");

  /** A text holds neither tabs nor line ends. */
  private static final CSVFormat TABLE =
      CSVFormat.DEFAULT
          .builder()
          .setDelimiter('\t')
          .setQuote(null)
          .setEscape(null)
          .setIgnoreEmptyLines(true)
          .setHeader()
          .setSkipHeaderRecord(true)
          .get();

  /**
   * A row.
   *
   * @param line where it stands in the file, from 1
   */
  record Row(long line, String qid, String query, String docid, String text) {}

  private final String file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;

  private PairTable(String file, CSVParser parser) {
    this.file = file;
    this.parser = parser;
    this.records = parser.iterator();
  }

  /**
   * Opens a table.
   *
   * @throws CommandException if the header is another one
   */
  static PairTable open(String file) throws IOException {
    Reader reader = Files.newBufferedReader(Inputs.file(file), StandardCharsets.UTF_8);
    boolean opened = false;
    try {
      CSVParser parser = TABLE.parse(reader);
      if (!parser.getHeaderNames().equals(COLUMNS)) {
        throw new CommandException(
            ExitCode.INPUT,
            file
                + ":1: expected the header "
                + String.join("<TAB>", COLUMNS)
                + ", got "
                + String.join("<TAB>", parser.getHeaderNames()));
      }
      opened = true;
      return new PairTable(file, parser);
    } catch (CharacterCodingException e) {
      throw notUtf8(file, e);
    } finally {
      if (!opened) {
        reader.close();
      }
    }
  }

  /**
   * The next row; empty at the end.
   *
   * @throws CommandException if it has not four columns, or is not UTF-8
   */
  Optional<Row> next() {
    try {
      if (!records.hasNext()) {
        return Optional.empty();
      }
      CSVRecord row = records.next();
      long line = parser.getCurrentLineNumber();
      if (row.size() != COLUMNS.size()) {
        throw new CommandException(
            ExitCode.INPUT,
            String.format(
                Locale.ROOT,
                "%s:%d: expected %d columns parted by tabs, got %d",
                file,
                line,
                COLUMNS.size(),
                row.size()));
      }
      return Optional.of(new Row(line, row.get(0), row.get(1), row.get(2), row.get(3)));
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw notUtf8(file, e);
      }
      throw new CommandException(ExitCode.INPUT, file + ": " + e.getMessage(), e);
    }
  }

  private static CommandException notUtf8(String file, Exception e) {
    return new CommandException(ExitCode.INPUT, file + ": not UTF-8", e);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
