package io.lucerna.studies.table;

import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.studies.work.StudyInputException;
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

  /** A row with as many fields as the header has; every complaint names file and line. */
  public static final class Row {
    private final String file;
    private final long line;
    private final CSVRecord fields;

    private Row(String file, long line, CSVRecord fields) {
      this.file = file;
      this.line = line;
      this.fields = fields;
    }

    /** A field by the name of its column. */
    public String text(String column) {
      return fields.get(column);
    }

    /**
     * A finite number.
     *
     * @throws StudyInputException if it is anything else
     */
    public double number(String column) {
      String text = text(column);
      try {
        double value = Double.parseDouble(text);
        if (Double.isFinite(value)) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Told below, with those that are not finite.
      }
      throw wrong(
          text.isEmpty()
              ? column + " is empty"
              : column + " is not a finite number: '" + text + "'");
    }

    /**
     * A whole number.
     *
     * @throws StudyInputException if it is anything else, less than the least or more than the most
     */
    public long whole(String column, long least, long most) {
      String text = text(column);
      try {
        long value = Long.parseLong(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Told below, with those that are out of range.
      }
      throw wrong(
          column
              + " is not a whole number"
              + (least < 0 ? "" : " from " + least)
              + ": '"
              + text
              + "'");
    }

    /** A complaint about this row. */
    public StudyInputException wrong(String what) {
      return new StudyInputException(file + ":" + line + ": " + what);
    }
  }

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
        rows.add(new Row(text.name(), line, fields));
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
