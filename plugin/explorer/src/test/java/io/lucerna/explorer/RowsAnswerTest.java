package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowsAnswerTest {
  /** One part after the other, there are all rows, each once. */
  @Test
  void partsAreAllRows() {
    List<RowsAnswer.Row> rows =
        IntStream.range(0, 2 * RowsAnswer.MOST + 1)
            .mapToObj(i -> new RowsAnswer.Row("r" + i, "row " + i, List.of(1.0 * i)))
            .toList();
    RowsAnswer all = RowsAnswer.of("a cell", List.of("number"), rows);
    List<RowsAnswer.Row> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int part = 0; part < 4; part++) {
      RowsAnswer some = all.part(found.size());
      assertEquals(rows.size(), some.total());
      sizes.add(some.rows().size());
      found.addAll(some.rows());
    }
    assertEquals(List.of(RowsAnswer.MOST, RowsAnswer.MOST, 1, 0), sizes);
    assertEquals(rows, found);
    assertEquals(List.of(), all.part(Integer.MAX_VALUE).rows());
    assertEquals(400, assertThrows(Refusal.class, () -> all.part(-1)).status());
  }
}
