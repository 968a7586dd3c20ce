package io.lucerna.studies.report;

import io.lucerna.studies.table.CsvFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
   * @throws ReportException if the file or a column is missing, a value is wrong, or two rows have
   *     the same key
   * @throws io.lucerna.base.MalformedTextException if it is no such table
   */
  static <T> List<T> read(Path file, List<String> columns, List<String> key, Function<Row, T> read)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ReportException(file + ": no such file; a study writes it");
    }
    CsvFile table = CsvFile.read(file);
    List<String> header = table.header();
    for (String column : columns) {
      if (!header.contains(column)) {
        throw new ReportException(
            file + ":1: no column '" + column + "'; there are " + String.join(", ", header));
      }
    }
    List<T> rows = new ArrayList<>();
    Set<List<String>> seen = new HashSet<>();
    for (CsvFile.Row fields : table.rows()) {
      Row row = new Row(file, fields.line(), fields.fields());
      rows.add(read.apply(row));
      List<String> own = key.stream().map(row::text).toList();
      if (!seen.add(own)) {
        throw row.wrong(
            "a second row of " + String.join(", ", key) + " '" + String.join("', '", own) + "'");
      }
    }
    return rows;
  }
}
