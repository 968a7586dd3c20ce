package io.lucerna.studies.table;

import io.lucerna.base.MalformedTextException;
import io.lucerna.base.TextFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A CSV table with a header that the program wrote and reads back.
 *
 * @param header the names of the columns
 */
public record CsvFile(List<String> header, List<Row> rows) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

  /**
   * A row with as many fields as the header has.
   *
   * @param line where it ends in the file, from 1
   */
  public record Row(long line, CSVRecord fields) {}

  /**
   * Reads a file.
   *
   * @throws MalformedTextException naming the line if a row has another number of fields or is not
   *     CSV, or if the file is empty
   */
  public static CsvFile read(Path file) throws IOException {
    TextFile text = TextFile.of(file);
    List<Row> rows = new ArrayList<>();
    long line = 1;
    try (CSVParser parser = FORMAT.parse(new StringReader(text.text()))) {
      List<String> header = parser.getHeaderNames();
      if (header.isEmpty()) {
        throw text.error(1, "the file is empty; expected a table with a header");
      }
      line = parser.getCurrentLineNumber();
      for (CSVRecord fields : parser) {
        line = parser.getCurrentLineNumber();
        if (fields.size() != header.size()) {
          throw text.error(line, fields.size() + " fields where the header has " + header.size());
        }
        rows.add(new Row(line, fields));
      }
      return new CsvFile(header, rows);
    } catch (IllegalArgumentException e) {
      throw text.error(1, String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw text.error(line + 1, "not CSV: " + cause.getMessage());
    }
  }
}
