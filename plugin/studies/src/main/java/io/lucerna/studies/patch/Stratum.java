package io.lucerna.studies.patch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Some of the pairs that count.
 *
 * @param name what divides them: {@code all}, {@code grade}, {@code idf}
 * @param level which part this is
 * @param rows their rows, in order
 */
record Stratum(String name, String level, int[] rows) {
  /** The name and level of all pairs. */
  static final String ALL = "all";

  /** Divides pairs by the grades of their passages. */
  static final String GRADE = "grade";

  /** Divides pairs by their bands of IDF. */
  static final String IDF = "idf";

  /** The level of pairs that have no value. */
  static final String NONE = "none";

  /**
   * Those of some pairs that count, then their parts by grade and IDF band, where these are known
   * at all. The levels of one name make up all of them.
   */
  static List<Stratum> of(List<WayRows.Row> rows, Perturbed of, IdfBands bands) {
    int[] used =
        IntStream.range(0, rows.size())
            .filter(i -> rows.get(i).used() && of.has(rows.get(i).pair()))
            .toArray();
    List<Stratum> strata = new ArrayList<>(List.of(new Stratum(ALL, ALL, used)));
    strata.addAll(
        parts(
            GRADE,
            rows,
            used,
            row -> row.pair().grade().isEmpty() ? NONE : "" + row.pair().grade().getAsInt(),
            Stratum::compareGrades));
    strata.addAll(
        parts(
            IDF,
            rows,
            used,
            row -> bands.of(row.pair()),
            Comparator.comparingInt(IdfBands.names()::indexOf)));
    return strata;
  }

  /** Whether these are not a part by grade or band. */
  boolean isAll() {
    return name.equals(ALL);
  }

  private static int compareGrades(String a, String b) {
    if (a.equals(NONE) || b.equals(NONE)) {
      return Boolean.compare(a.equals(NONE), b.equals(NONE));
    }
    return Integer.compare(Integer.parseInt(a), Integer.parseInt(b));
  }

  private static List<Stratum> parts(
      String name,
      List<WayRows.Row> rows,
      int[] used,
      Function<WayRows.Row, String> level,
      Comparator<String> order) {
    SequencedMap<String, List<Integer>> parts = new TreeMap<>(order);
    for (int row : used) {
      parts.computeIfAbsent(level.apply(rows.get(row)), l -> new ArrayList<>()).add(row);
    }
    if (parts.keySet().equals(Set.of(NONE))) {
      return List.of();
    }
    return parts.entrySet().stream()
        .map(
            e ->
                new Stratum(
                    name, e.getKey(), e.getValue().stream().mapToInt(Integer::intValue).toArray()))
        .toList();
  }
}
