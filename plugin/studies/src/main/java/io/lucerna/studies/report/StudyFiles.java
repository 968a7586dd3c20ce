package io.lucerna.studies.report;

import io.lucerna.studies.report.CsvRows.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * All that a study wrote; what a report is made from.
 *
 * @param folder of the study
 * @param contrasts of all conditions and measures
 * @param topics values of all conditions, topics and measures
 * @param moves documents of the topics that changed most
 * @param screen of all heads; empty for other studies
 */
public record StudyFiles(
    Path folder,
    StudyInfo info,
    List<Contrast> contrasts,
    List<TopicValue> topics,
    List<Move> moves,
    List<HeadChange> screen) {
  private static final List<String> TOPICS =
      List.of("condition", "topic", "measure", "value", "baseline", "change");
  private static final List<String> COMPARISON =
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
          "kendall_tau",
          "swapped_pairs",
          "mean_move");
  private static final List<String> MOVES =
      List.of(
          "condition",
          "topic",
          "docid",
          "grade",
          "rank_before",
          "rank_after",
          "score_before",
          "score_after");
  private static final List<String> SCREEN =
      List.of("layer", "head", "change_ndcg10", "p_adjusted", "patching_effect");

  /**
   * Reads the folder of a study.
   *
   * @throws ReportException naming file and line if a file or column is missing, a number is
   *     malformed, a condition or measure is unknown, or a row occurs twice; naming the file if a
   *     row is missing
   */
  public static StudyFiles read(Path folder) throws IOException {
    StudyInfo info = StudyJson.read(folder.resolve("study.json"));
    Path screen = folder.resolve("screen.csv");
    StudyFiles study =
        new StudyFiles(
            folder,
            info,
            CsvRows.read(
                folder.resolve("comparison.csv"),
                COMPARISON,
                List.of("condition", "measure"),
                row -> contrast(row, info)),
            CsvRows.read(
                folder.resolve("topics.csv"),
                TOPICS,
                List.of("condition", "measure", "topic"),
                row -> topic(row, info)),
            CsvRows.read(
                folder.resolve("moves.csv"),
                MOVES,
                List.of("condition", "topic", "docid"),
                row -> move(row, info)),
            Files.exists(screen)
                ? CsvRows.read(screen, SCREEN, List.of("layer", "head"), StudyFiles::head)
                : List.of());
    study.requireComplete();
    return study;
  }

  /** Every intervention has a contrast by every measure, and that has all its topics. */
  private void requireComplete() {
    Map<List<String>, Long> found =
        topics.stream()
            .collect(
                Collectors.groupingBy(
                    t -> List.of(t.condition(), t.measure()), Collectors.counting()));
    for (Condition condition : info.interventions()) {
      for (String measure : info.measures()) {
        Contrast contrast =
            contrasts.stream()
                .filter(c -> c.condition().equals(condition.id()) && c.measure().equals(measure))
                .findFirst()
                .orElseThrow(
                    () ->
                        new ReportException(
                            folder.resolve("comparison.csv")
                                + ": no row of condition, measure '"
                                + condition.id()
                                + "', '"
                                + measure
                                + "'"));
        long rows = found.getOrDefault(List.of(condition.id(), measure), 0L);
        if (rows != contrast.topics()) {
          throw new ReportException(
              folder.resolve("topics.csv")
                  + ": rows of condition, measure '"
                  + condition.id()
                  + "', '"
                  + measure
                  + "': "
                  + rows
                  + ", where comparison.csv has "
                  + contrast.topics()
                  + " topics");
        }
      }
    }
  }

  private static String condition(Row row, StudyInfo info) {
    String id = row.text("condition");
    if (!info.conditions().containsKey(id)) {
      throw row.wrong("condition '" + id + "' is not among those of study.json");
    }
    return id;
  }

  private static String measure(Row row, StudyInfo info) {
    String name = row.text("measure");
    if (!info.measures().contains(name)) {
      throw row.wrong(
          "measure '"
              + name
              + "' is not among those of study.json: "
              + String.join(", ", info.measures()));
    }
    return name;
  }

  private static Contrast contrast(Row row, StudyInfo info) {
    return new Contrast(
        condition(row, info),
        measure(row, info),
        row.whole("topics", 0),
        row.given("baseline"),
        row.given("value"),
        row.given("change"),
        row.number("relative_change"),
        row.number("p_t"),
        row.number("p_t_adjusted"),
        row.number("p_randomization"),
        row.number("p_randomization_adjusted"),
        row.number("d_z"),
        row.number("ci_lower"),
        row.number("ci_upper"),
        row.whole("wins", 0),
        row.whole("ties", 0),
        row.whole("losses", 0),
        row.number("p_equivalence"),
        row.number("kendall_tau"),
        row.number("swapped_pairs"),
        row.number("mean_move"));
  }

  private static TopicValue topic(Row row, StudyInfo info) {
    return new TopicValue(
        condition(row, info),
        row.text("topic"),
        measure(row, info),
        row.given("value"),
        row.given("baseline"),
        row.given("change"));
  }

  private static Move move(Row row, StudyInfo info) {
    return new Move(
        condition(row, info),
        row.text("topic"),
        row.text("docid"),
        row.text("grade").isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(row.whole("grade", Integer.MIN_VALUE)),
        row.whole("rank_before", 1),
        row.whole("rank_after", 1),
        row.number("score_before"),
        row.number("score_after"));
  }

  private static HeadChange head(Row row) {
    return new HeadChange(
        row.whole("layer", 0),
        row.whole("head", 0),
        row.number("change_ndcg10"),
        row.number("p_adjusted"),
        row.number("patching_effect"));
  }

  /** The condition that a contrast is of. */
  Condition condition(Contrast contrast) {
    return Objects.requireNonNull(info.conditions().get(contrast.condition()));
  }

  /** The contrasts of interventions by one measure, in the order of the study. */
  List<Contrast> contrasts(String measure) {
    return contrasts.stream()
        .filter(c -> c.measure().equals(measure) && !c.condition().equals(Condition.NOTHING))
        .toList();
  }

  /** The mean of the model as it is; empty if no table says it. */
  Optional<Contrast> baseline(String measure) {
    return contrasts.stream().filter(c -> c.measure().equals(measure)).findFirst();
  }

  /** The topics of one condition by one measure, those that gained most first. */
  List<TopicValue> sorted(String condition, String measure) {
    return topics.stream()
        .filter(t -> t.condition().equals(condition) && t.measure().equals(measure))
        .sorted(
            Comparator.comparingDouble(TopicValue::change)
                .reversed()
                .thenComparing(TopicValue::topic))
        .toList();
  }

  /** The documents of one condition by topic, in the order of the file. */
  SequencedMap<String, List<Move>> moves(String condition) {
    return moves.stream()
        .filter(m -> m.condition().equals(condition))
        .collect(Collectors.groupingBy(Move::topic, LinkedHashMap::new, Collectors.toList()));
  }

  /** Interventions by how much they change the first measure, the largest change first. */
  List<Condition> byChange() {
    Map<String, Double> changes =
        contrasts(info.measures().getFirst()).stream()
            .collect(Collectors.toMap(Contrast::condition, c -> Math.abs(c.change()), Math::max));
    return info.interventions().stream()
        .sorted(Comparator.comparingDouble((Condition c) -> -changes.getOrDefault(c.id(), 0.0)))
        .toList();
  }

  /** Whether the screen has the patching effects of its heads. */
  boolean patched() {
    return screen.stream().anyMatch(h -> !Double.isNaN(h.patching()));
  }
}
