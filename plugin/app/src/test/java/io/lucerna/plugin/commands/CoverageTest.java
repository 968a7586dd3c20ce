package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.eval.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever is measured, how much of it is judged is too, as deep as the first measure looks within
 * the ranking.
 */
class CoverageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nDCG@5 | Judged@5",
        "AP | Judged@10",
        "AP nDCG@20 P@5 | Judged@20",
        "RR(rel=2)@3 AP | Judged@3",
        "nDCG(dcg='exp-log2')@7 | Judged@7",
        "map_cut_49 | Judged@49",
        "R@50 | Judged@10",
        "R@1000 nDCG@20 | Judged@20",
        "relative_P_30 | Judged@30",
        "relative_P_30(rel=2) | Judged@30",
        "iprec_at_recall_0.50 SetF_2 AP(rel=2) | Judged@10",
        "Judged@20 nDCG@10 | ",
        "nDCG@10 Judged@1 | ",
      })
  void isTheLastMeasureUnlessItIsAmongThem(String names, @Nullable String added) {
    List<Measure> given = Stream.of(names.split(" ")).map(Measure::parse).toList();
    List<Measure> expected = new ArrayList<>(given);
    if (added != null) {
      expected.add(Measure.parse(added));
    }
    assertEquals(expected, Coverage.added(given, 50));
  }
}
