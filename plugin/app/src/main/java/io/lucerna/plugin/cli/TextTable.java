package io.lucerna.plugin.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text in aligned columns, two spaces apart; the first columns left, the others right.
 */
public final class TextTable {
  private final int leftColumns;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table whose first {@code leftColumns} columns are words, and the others numbers. */
  public TextTable(int leftColumns, String... header) {
    this.leftColumns = leftColumns;
    rows.add(List.of(header));
  }

  public void add(List<String> row) {
    if (row.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          row.size() + " cells in a table of " + rows.getFirst().size() + " columns");
    }
    rows.add(List.copyOf(row));
  }

  public List<String> lines() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String space = " ".repeat(widths[i] - row.get(i).length());
      line.append(i < leftColumns ? row.get(i) + space : space + row.get(i)).append("  ");
    }
    return line.toString().stripTrailing();
  }
}
