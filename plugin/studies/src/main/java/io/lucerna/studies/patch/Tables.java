package io.lucerna.studies.patch;

import io.lucerna.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** CSV files by RFC 4180 with lines that end in a line feed; what is not defined is empty. */
final class Tables {
  /** Writes the rows of a table. */
  @FunctionalInterface
  interface Rows {
    void printTo(CSVPrinter csv) throws IOException;
  }

  private Tables() {}

  static void write(Path file, List<String> header, Rows rows) throws IOException {
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

  static Object field(OptionalDouble value) {
    return value.isEmpty() ? "" : (Object) value.getAsDouble();
  }

  static Object field(OptionalInt value) {
    return value.isEmpty() ? "" : (Object) value.getAsInt();
  }

  static Object field(double value) {
    return Double.isNaN(value) ? "" : (Object) value;
  }

  static Object field(float value) {
    return Float.isNaN(value) ? "" : (Object) value;
  }
}
