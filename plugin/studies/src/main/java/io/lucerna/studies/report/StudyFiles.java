package io.lucerna.studies.report;

import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.HeadChange;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.ScreenAgreement;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.StudyTables;
import io.lucerna.studies.ranking.TopicValue;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that a study wrote; what a report is made from.
 *
 * @param folder of the study
 * @param contrasts of all conditions and measures
 * @param topics values of all conditions, topics and measures
 * @param moves documents of the topics that changed most
 * @param heads what each head does, in each way in which all were studied; empty without
 * @param doses what doses of vectors do; empty without
 * @param screen what is predicted of each condition by each measure; empty without a screen
 * @param agreement of the predictions with what was run; empty without a screen
 */
public record StudyFiles(
    Path folder,
    StudyInfo info,
    List<Contrast> contrasts,
    List<TopicValue> topics,
    List<Move> moves,
    List<HeadChange> heads,
    List<DoseResponse> doses,
    List<ScreenRow> screen,
    List<ScreenAgreement> agreement) {
  /**
   * Reads the folder of a study.
   *
   * @throws StudyInputException naming file and line if a file or column is missing, a number is
   *     malformed, a condition or measure is unknown, or a row occurs twice; naming the file if a
   *     row is missing
   */
  public static StudyFiles read(Path folder) throws IOException {
    StudyInfo info = StudyJson.read(folder.resolve("study.json"));
    for (String table : List.of("comparison.csv", "topics.csv", "moves.csv")) {
      if (!Files.isRegularFile(folder.resolve(table))) {
        throw new StudyInputException(folder.resolve(table) + ": no such file; a study writes it");
      }
    }
    Path heads = folder.resolve("heads.csv");
    Path screen = folder.resolve("screen.csv");
    Path agreement = folder.resolve("agreement.csv");
    Path doses = folder.resolve("dose-response.csv");
    StudyFiles study =
        new StudyFiles(
            folder,
            info,
            StudyTables.CONTRASTS.read(
                folder.resolve("comparison.csv"), c -> unknown(info, c.condition(), c.measure())),
            StudyTables.TOPICS.read(
                folder.resolve("topics.csv"), t -> unknown(info, t.condition(), t.measure())),
            StudyTables.MOVES.read(
                folder.resolve("moves.csv"),
                m -> unknown(info, m.condition(), info.measures().getFirst())),
            Files.exists(heads)
                ? StudyTables.HEADS.read(
                    heads, h -> unknown(info, h.condition(), info.measures().getFirst()))
                : List.of(),
            Files.exists(doses)
                ? StudyTables.DOSES.read(doses, d -> unknown(info, d.condition(), d.measure()))
                : List.of(),
            Files.exists(screen)
                ? StudyTables.SCREEN.read(screen, row -> unknown(info, row))
                : List.of(),
            Files.exists(agreement)
                ? StudyTables.AGREEMENT.read(agreement, a -> unknown(info, a.measure()))
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
    for (ConditionInfo condition : info.interventions()) {
      for (String measure : info.measures()) {
        Contrast contrast =
            contrasts.stream()
                .filter(c -> c.condition().equals(condition.id()) && c.measure().equals(measure))
                .findFirst()
                .orElseThrow(
                    () ->
                        new StudyInputException(
                            folder.resolve("comparison.csv")
                                + ": no row of condition, measure '"
                                + condition.id()
                                + "', '"
                                + measure
                                + "'"));
        long rows = found.getOrDefault(List.of(condition.id(), measure), 0L);
        if (rows != contrast.statistics().topics()) {
          throw new StudyInputException(
              folder.resolve("topics.csv")
                  + ": rows of condition, measure '"
                  + condition.id()
                  + "', '"
                  + measure
                  + "': "
                  + rows
                  + ", where comparison.csv has "
                  + contrast.statistics().topics()
                  + " topics");
        }
      }
    }
  }

  /** What of a row is not in study.json. */
  private static Optional<String> unknown(StudyInfo info, String condition, String measure) {
    if (!info.conditions().containsKey(condition)) {
      return Optional.of("condition '" + condition + "' is not among those of study.json");
    }
    return unknown(info, measure);
  }

  /** Conditions that were not run are not in study.json. */
  private static Optional<String> unknown(StudyInfo info, ScreenRow row) {
    return row.exactChange().isEmpty()
        ? unknown(info, row.measure())
        : unknown(info, row.condition(), row.measure());
  }

  private static Optional<String> unknown(StudyInfo info, String measure) {
    return info.measures().contains(measure)
        ? Optional.empty()
        : Optional.of(
            "measure '"
                + measure
                + "' is not among those of study.json: "
                + String.join(", ", info.measures()));
  }

  /** The condition that a contrast is of. */
  ConditionInfo condition(Contrast contrast) {
    return Objects.requireNonNull(info.conditions().get(contrast.condition()));
  }

  /** The condition that takes a head away. */
  ConditionInfo condition(HeadChange head) {
    return Objects.requireNonNull(info.conditions().get(head.condition()));
  }

  /** The condition that a dose is. */
  ConditionInfo condition(DoseResponse dose) {
    return Objects.requireNonNull(info.conditions().get(dose.condition()));
  }

  /** The contrasts of interventions by one measure, in the order of the study. */
  public List<Contrast> contrasts(String measure) {
    Set<String> ids =
        info.interventions().stream().map(ConditionInfo::id).collect(Collectors.toSet());
    return contrasts.stream()
        .filter(c -> c.measure().equals(measure) && ids.contains(c.condition()))
        .toList();
  }

  /** Those of them that are tested: without doses of 0 that change nothing. */
  List<Contrast> tested(String measure) {
    return contrasts(measure).stream().filter(c -> !condition(c).addsNothing()).toList();
  }

  /** What the doses of each vector do. */
  SequencedMap<String, List<DoseResponse>> vectors() {
    return doses.stream()
        .collect(
            Collectors.groupingBy(DoseResponse::vector, LinkedHashMap::new, Collectors.toList()));
  }

  /** The same, those that change the first measure most first. */
  List<Contrast> strongest(String measure) {
    List<String> order = byChange().stream().map(ConditionInfo::id).toList();
    return contrasts(measure).stream()
        .sorted(Comparator.comparingInt(c -> order.indexOf(c.condition())))
        .toList();
  }

  /** The mean of the model as it is; empty if no table says it. */
  Optional<Contrast> baseline(String measure) {
    return contrasts.stream().filter(c -> c.measure().equals(measure)).findFirst();
  }

  /** The topics of one condition by one measure, those that gained most first. */
  public List<TopicValue> sorted(String condition, String measure) {
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
  List<ConditionInfo> byChange() {
    Map<String, Double> changes =
        contrasts(info.measures().getFirst()).stream()
            .collect(
                Collectors.toMap(
                    Contrast::condition, c -> Math.abs(c.statistics().change()), Math::max));
    return info.interventions().stream()
        .sorted(Comparator.comparingDouble((ConditionInfo c) -> -changes.getOrDefault(c.id(), 0.0)))
        .toList();
  }

  /** What is predicted of a measure, the largest change first. */
  List<ScreenRow> predicted(String measure) {
    return screen.stream()
        .filter(row -> row.measure().equals(measure))
        .sorted(Comparator.comparingDouble(row -> -Math.abs(row.predictedChange())))
        .toList();
  }

  /** The heads by the way in which they are taken away; none unless all were studied. */
  List<List<HeadChange>> ways() {
    SequencedMap<String, List<HeadChange>> ways =
        heads.stream()
            .collect(
                Collectors.groupingBy(HeadChange::way, LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(ways.values());
  }

  /** What a condition does to its head, in words. */
  String takenAway(String condition) {
    ConditionInfo done = info.conditions().get(condition);
    return switch (done == null ? "" : done.spec().split(" ", 2)[0]) {
      case "mean" -> "set to its mean";
      case "resample" -> "taken from another input";
      default -> "zeroed";
    };
  }

  /** Whether the heads have patching effects. */
  boolean patched() {
    return heads.stream().anyMatch(h -> h.patchingEffect().isPresent());
  }
}
