package io.lucerna.studies.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.studies.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every column of a study's tables is read as it was written. */
class TablesTest {
  /** What pandas and R take for something else. */
  private static final Set<String> TAKEN =
      Set.of("head", "tail", "rank", "aggregate", "agg", "empty", "size", "query", "index", "min");

  @TempDir Path folder;

  private int next;

  /** Another number each time, with digits that a rounding would lose. */
  private double number() {
    return ++next + 1.0 / 3;
  }

  private OptionalDouble maybe(boolean defined) {
    return defined ? OptionalDouble.of(-number()) : OptionalDouble.empty();
  }

  private Statistics statistics(boolean defined) {
    return new Statistics(
        ++next,
        number(),
        number(),
        -number(),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        maybe(defined),
        ++next,
        ++next,
        ++next,
        maybe(defined),
        maybe(defined));
  }

  private <R extends Record> void roundTrip(Table<R> table, List<R> rows) throws IOException {
    Path file = folder.resolve("table.csv");
    table.write(file, rows.stream());
    assertEquals(rows, table.read(file));
    List<String> header = table.header();
    assertEquals(String.join(",", header), Files.readAllLines(file).getFirst());
    assertEquals(header.size(), Set.copyOf(header).size());
    assertTrue(header.stream().noneMatch(TAKEN::contains), header.toString());
    // Columns are read by their names, wherever they stand.
    List<String> turned = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      turned.add(String.join(",", List.of(line.split(",", -1)).reversed()));
    }
    Files.write(file, turned);
    assertEquals(rows, table.read(file));
  }

  @Test
  void comparison() throws IOException {
    roundTrip(
        StudyTables.CONTRASTS,
        Stream.of(true, false)
            .map(
                all ->
                    new Contrast(
                        "c" + all,
                        "AP",
                        statistics(all),
                        new OrderStatistics(maybe(all), 1L << 40, maybe(all))))
            .toList());
    assertEquals(
        List.of(
            "condition",
            "measure",
            "topics",
            "baseline",
            "value",
            "change",
            "relative_change",
            "p_t",
            "p_t_adjusted",
            "p_randomization",
            "p_randomization_adjusted",
            "d_z",
            "ci_lower",
            "ci_upper",
            "wins",
            "ties",
            "losses",
            "p_equivalence",
            "detectable_change",
            "kendall_tau",
            "swapped_pairs",
            "mean_move"),
        StudyTables.CONTRASTS.header());
  }

  @Test
  void topicsOrdersMovesAndHeads() throws IOException {
    roundTrip(
        StudyTables.TOPICS, List.of(new TopicValue("c", "t", "AP", number(), number(), -number())));
    roundTrip(
        StudyTables.ORDERS,
        Stream.of(true, false)
            .map(
                all ->
                    new TopicOrder(
                        "c" + all, "t", new TopicMoves(1, maybe(all), 1L << 40, 2, 3, maybe(all))))
            .toList());
    roundTrip(
        StudyTables.MOVES,
        List.of(
            new Move("c", "t", "d", OptionalInt.of(-1), 1, 2, number(), -number()),
            new Move("c", "t", "e", OptionalInt.empty(), 1, 2, number(), -number())));
    roundTrip(
        StudyTables.HEADS,
        Stream.of(0, 1)
            .map(i -> new HeadChange("c" + i, 3, 7, -number(), maybe(i == 0), maybe(i == 0)))
            .toList());
  }
}
