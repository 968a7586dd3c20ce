package io.lucerna.explorer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cell is made of.
 *
 * @param words what the cell is
 * @param columns the names of the numbers; rows are in the order of the last one's size
 * @param total how many rows there are, of which no more than {@link #MOST} follow
 * @param rows the rows
 */
record RowsAnswer(String words, List<String> columns, int total, List<Row> rows) {
  static final int MOST = 1000;

  /**
   * A row.
   *
   * @param id names it in requests
   * @param label names it for people
   * @param values one for each column; null where it is not defined
   */
  record Row(String id, String label, List<@Nullable Double> values) {}

  static RowsAnswer of(String words, List<String> columns, List<Row> rows) {
    return new RowsAnswer(words, columns, rows.size(), rows.stream().limit(MOST).toList());
  }
}
