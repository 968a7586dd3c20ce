package io.lucerna.studies.table;

import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A table in a CSV file whose rows are records: one declaration for its columns, by which it is
 * written and read. The columns are the record's components, {@code ciLower} as {@code ci_lower};
 * those of a component that is a record itself stand in its place.
 *
 * <p>{@code double} is a finite number that is always there, {@code int} and {@code long} are from
 * 0, an {@code Optional...} is empty where it is not defined, {@code boolean} is 1 or 0.
 *
 * @param <R> a public record of public records, strings, numbers and truth values
 */
public final class Table<R extends Record> {
  private final Class<R> type;
  private final List<String> header;
  private final List<String> key;

  private Table(Class<R> type, List<String> key) {
    this.type = type;
    this.header = columns(type).toList();
    this.key = key;
    if (!header.containsAll(key)) {
      throw new IllegalArgumentException(key + " are not all among " + header);
    }
  }

  /**
   * The table of a record.
   *
   * @param key the columns that identify a row
   */
  public static <R extends Record> Table<R> of(Class<R> type, String... key) {
    return new Table<>(type, List.of(key));
  }

  private static Stream<String> columns(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .flatMap(c -> c.getType().isRecord() ? columns(c.getType()) : Stream.of(column(c)));
  }

  private static String column(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /** The names of the columns. */
  public List<String> header() {
    return header;
  }

  /** Writes a file in one step. */
  public void write(Path file, Stream<R> rows) throws IOException {
    Csv.write(
        file,
        header,
        csv -> {
          for (Iterator<R> all = rows.iterator(); all.hasNext(); ) {
            csv.printRecord(fields(all.next()).toList());
          }
        });
  }

  private static Stream<Object> fields(Record row) {
    return Arrays.stream(row.getClass().getRecordComponents())
        .flatMap(
            component -> {
              Object value = value(component, row);
              return value instanceof Record inner ? fields(inner) : Stream.of(field(value));
            });
  }

  private static Object value(RecordComponent component, Record row) {
    try {
      return component.getAccessor().invoke(row);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(row.getClass() + " is not a public record", e);
    }
  }

  private static Object field(Object value) {
    return switch (value) {
      case OptionalDouble number -> Csv.field(number);
      case OptionalInt number -> Csv.field(number);
      case OptionalLong number -> number.isEmpty() ? "" : (Object) number.getAsLong();
      case Boolean truth -> truth ? 1 : 0;
      default -> value;
    };
  }

  /**
   * Reads a file. Its columns may stand in any order, and there may be others.
   *
   * @throws StudyInputException naming file and line if a column is missing, a value is wrong, or
   *     two rows have the same key
   * @throws io.lucerna.base.text.MalformedTextException if it is no such table
   */
  public List<R> read(Path file) throws IOException {
    return read(file, row -> Optional.empty());
  }

  /**
   * Reads a file.
   *
   * @param fault what is wrong with a row, if anything is
   * @throws IOException as {@link #read(Path)} does
   */
  public List<R> read(Path file, Function<R, Optional<String>> fault) throws IOException {
    CsvFile table = CsvFile.read(file);
    for (String column : header) {
      if (!table.header().contains(column)) {
        throw new StudyInputException(
            file
                + ":1: no column '"
                + column
                + "'; there are "
                + String.join(", ", table.header()));
      }
    }
    List<R> rows = new ArrayList<>();
    Set<List<String>> seen = new HashSet<>();
    for (CsvFile.Row fields : table.rows()) {
      R row = type.cast(record(type, fields));
      fault
          .apply(row)
          .ifPresent(
              what -> {
                throw fields.wrong(what);
              });
      rows.add(row);
      List<String> own = key.stream().map(fields::text).toList();
      if (!key.isEmpty() && !seen.add(own)) {
        throw fields.wrong(
            "a second row of " + String.join(", ", key) + " '" + String.join("', '", own) + "'");
      }
    }
    return rows;
  }

  private static Object record(Class<?> type, CsvFile.Row fields) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    Object[] values = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      values[i] =
          types[i].isRecord()
              ? record(types[i], fields)
              : value(types[i], column(components[i]), fields);
    }
    try {
      return type.getConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(type + " is not a public record", e);
    }
  }

  private static Object value(Class<?> type, String column, CsvFile.Row fields) {
    boolean empty = fields.text(column).isEmpty();
    return switch (type.getSimpleName()) {
      case "String" -> fields.text(column);
      case "int" -> Math.toIntExact(fields.whole(column, 0, Integer.MAX_VALUE));
      case "long" -> fields.whole(column, 0, Long.MAX_VALUE);
      case "double" -> fields.number(column);
      case "boolean" -> fields.whole(column, 0, 1) == 1;
      case "OptionalDouble" ->
          empty ? OptionalDouble.empty() : OptionalDouble.of(fields.number(column));
      case "OptionalInt" ->
          empty
              ? OptionalInt.empty()
              : OptionalInt.of(
                  Math.toIntExact(fields.whole(column, Integer.MIN_VALUE, Integer.MAX_VALUE)));
      case "OptionalLong" ->
          empty
              ? OptionalLong.empty()
              : OptionalLong.of(fields.whole(column, Long.MIN_VALUE, Long.MAX_VALUE));
      default -> throw new IllegalArgumentException("no column can hold " + type);
    };
  }
}
