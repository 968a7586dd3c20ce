package io.lucerna.explorer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cell is made of.
 *
 * @param words what the cell is
 * @param columns the names of the numbers; rows are in the order of the last one's size
 * @param total how many rows there are, of which some follow
 * @param rows the rows
 */
record RowsAnswer(String words, List<String> columns, int total, List<Row> rows) {
  /** Rows that are answered at once. */
  static final int MOST = 1000;

  /**
   * A row.
   *
   * @param id names it in requests
   * @param label names it for people
   * @param values one for each column; null where it is not defined
   */
  record Row(String id, String label, List<@Nullable Double> values) {}

  /** All rows. */
  static RowsAnswer of(String words, List<String> columns, List<Row> rows) {
    return new RowsAnswer(words, columns, rows.size(), rows);
  }

  /** The same with the part of its rows that is answered at once. */
  RowsAnswer part(int from) {
    return new RowsAnswer(words, columns, total, part(rows, from));
  }

  /**
   * As much of a list as is answered at once.
   *
   * @param from how many come before it
   * @throws Refusal if that is below 0
   */
  static <T> List<T> part(List<T> all, int from) {
    if (from < 0) {
      throw new Refusal(400, "from must be 0 or more, got " + from);
    }
    int begin = Math.min(from, all.size());
    return all.subList(begin, Math.min(begin + MOST, all.size()));
  }
}
