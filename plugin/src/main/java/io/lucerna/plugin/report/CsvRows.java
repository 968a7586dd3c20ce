package io.lucerna.plugin.report;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads the tables of a study; every complaint names file and line. */
final class CsvRows {
  private CsvRows() {}

  /** One row: its fields by the name of the column. */
  static final class Row {
    private final Path file;
    private final long line;
    private final CSVRecord fields;

    private Row(Path file, long line, CSVRecord fields) {
      this.file = file;
      this.line = line;
      this.fields = fields;
    }

    String text(String column) {
      return fields.get(column);
    }

    /** A number; NaN where the field is empty. */
    double number(String column) {
      String text = text(column);
      if (text.isEmpty()) {
        return Double.NaN;
      }
      try {
        double value = Double.parseDouble(text);
        if (!Double.isNaN(value) && !Double.isInfinite(value)) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Told below, with those that are not finite.
      }
      throw wrong(column + " is not a finite number: '" + text + "'");
    }

    /** A number that must be there. */
    double given(String column) {
      double value = number(column);
      if (Double.isNaN(value)) {
        throw wrong(column + " is empty");
      }
      return value;
    }

    /** A whole number of at least this. */
    int whole(String column, int least) {
      String text = text(column);
      try {
        int value = Integer.parseInt(text);
        if (value >= least) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Told below, with those that are too small.
      }
      throw wrong(column + " is not a whole number from " + least + ": '" + text + "'");
    }

    ReportException wrong(String what) {
      return new ReportException(file + ":" + line + ": " + what);
    }
  }

  /**
   * Reads a table. Columns may stand in any order, and there may be others.
   *
   * @param key the columns that tell rows apart
   * @throws ReportException if the file or a column is missing, a row is malformed, or two rows
   *     have the same key
   */
  static <T> List<T> read(Path file, List<String> columns, List<String> key, Function<Row, T> read)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ReportException(file + ": no such file; a study writes it");
    }
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    List<T> rows = new ArrayList<>();
    Set<List<String>> seen = new HashSet<>();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser parser = parser(format, reader, file)) {
      List<String> header = parser.getHeaderNames();
      for (String column : columns) {
        if (!header.contains(column)) {
          throw new ReportException(
              file + ":1: no column '" + column + "'; there are " + String.join(", ", header));
        }
      }
      for (CSVRecord fields : parser) {
        Row row = new Row(file, parser.getCurrentLineNumber(), fields);
        if (!fields.isConsistent()) {
          throw row.wrong(fields.size() + " fields where the header has " + header.size());
        }
        rows.add(read.apply(row));
        List<String> own = key.stream().map(row::text).toList();
        if (!seen.add(own)) {
          throw row.wrong(
              "a second row of " + String.join(", ", key) + " '" + String.join("', '", own) + "'");
        }
      }
    } catch (CSVException e) {
      throw new ReportException(file + ": " + e.getMessage());
    }
    return rows;
  }

  private static CSVParser parser(CSVFormat format, Reader reader, Path file) throws IOException {
    try {
      return format.parse(reader);
    } catch (IllegalArgumentException e) {
      throw new ReportException(file + ":1: " + e.getMessage());
    }
  }
}
