package io.lucerna.studies.table;

import io.lucerna.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Writes CSV files by RFC 4180 with lines that end in a line feed; what is not defined is empty. A
 * table whose columns are known is a {@link Table}.
 */
public final class Csv {
  /** Writes the rows of a table. */
  @FunctionalInterface
  public interface Rows {
    /** Prints them. */
    void printTo(CSVPrinter csv) throws IOException;
  }

  private Csv() {}

  /** Writes a file in one step. */
  public static void write(Path file, List<String> header, Rows rows) throws IOException {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setHeader(header.toArray(String[]::new))
            .setRecordSeparator("\n")
            .get();
    AtomicFile.write(
        file,
        out -> {
          CSVPrinter csv = new CSVPrinter(out, format);
          rows.printTo(csv);
          csv.flush();
        });
  }

  /** A number that may not be defined. */
  public static Object field(OptionalDouble value) {
    return value.isEmpty() ? "" : (Object) value.getAsDouble();
  }

  /** A whole number that may not be defined. */
  public static Object field(OptionalInt value) {
    return value.isEmpty() ? "" : (Object) value.getAsInt();
  }

  /** A number; NaN is not defined. */
  public static Object field(double value) {
    return Double.isNaN(value) ? "" : (Object) value;
  }

  /** A number; NaN is not defined. */
  public static Object field(float value) {
    return Float.isNaN(value) ? "" : (Object) value;
  }
}
