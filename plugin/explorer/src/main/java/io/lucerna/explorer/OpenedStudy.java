package io.lucerna.explorer;

import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.report.StudyFiles;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A study of rankings that is finished. */
final class OpenedStudy implements Opened {
  /** Conditions without a place on a map that are shown, at most. */
  private static final int LISTED = 300;

  /** Places of runs that are remembered. */
  private static final long REMEMBERED = 1 << 20;

  private final Path folder;
  private final TopicFacts topics;
  private final StudyFiles files;
  private final OpenedAnswer overview;
  private final Recent<String, Run> runs =
      new Recent<>(
          REMEMBERED, (name, run) -> run.rankings().stream().mapToLong(Ranking::size).sum());

  OpenedStudy(Path folder, TopicFacts topics) throws IOException {
    this.folder = folder.toRealPath();
    this.topics = topics;
    this.files = StudyFiles.read(folder);
    this.overview = overview(Opened.name(folder));
  }

  private OpenedAnswer overview(String name) {
    List<OpenedAnswer.EffectMap> maps = new ArrayList<>();
    for (String measure : files.info().measures()) {
      List<OpenedAnswer.Cell> cells = files.contrasts(measure).stream().map(this::cell).toList();
      maps.add(new OpenedAnswer.EffectMap("change of " + measure, strongest(cells)));
    }
    for (String measure : predicted()) {
      List<OpenedAnswer.Cell> cells =
          files.screen().stream()
              .filter(row -> row.measure().equals(measure))
              .map(this::cell)
              .toList();
      maps.add(new OpenedAnswer.EffectMap("predicted change of " + measure, strongest(cells)));
    }
    List<OpenedAnswer.Fact> facts = new ArrayList<>();
    facts.add(new OpenedAnswer.Fact("command", files.info().command()));
    files.info().facts().forEach((key, value) -> facts.add(new OpenedAnswer.Fact(key, value)));
    int studied = (int) files.topics().stream().map(t -> t.topic()).distinct().count();
    return new OpenedAnswer(
        "study",
        name,
        files.info().model()
            + ", "
            + files.info().interventions().size()
            + " conditions, "
            + studied
            + " topics, top "
            + files.info().depth(),
        true,
        studied,
        studied,
        "topic",
        facts,
        maps,
        List.of(),
        topics.level().orElse(files.info().manifest().path("level").asInt(1)));
  }

  private OpenedAnswer.Cell cell(Contrast contrast) {
    ConditionInfo condition = condition(contrast.condition());
    Place place = Place.of(condition.id());
    Statistics statistics = contrast.statistics();
    return new OpenedAnswer.Cell(
        condition.id(),
        place.row(),
        place.column(),
        condition.label(),
        statistics.change(),
        OrNull.of(statistics.ciLower()),
        OrNull.of(statistics.ciUpper()),
        statistics.significant());
  }

  /** What is predicted of a condition, whether it was run or not. */
  private OpenedAnswer.Cell cell(ScreenRow row) {
    Place place = Place.of(row.condition());
    return new OpenedAnswer.Cell(
        row.condition(),
        place.row(),
        place.column(),
        row.condition() + (row.exactChange().isPresent() ? "" : ", not run"),
        row.predictedChange(),
        null,
        null,
        null);
  }

  /** The measures of which changes are predicted. */
  private List<String> predicted() {
    return files.screen().isEmpty() ? List.of() : files.info().measures();
  }

  /** All that have a place on the map, and as many of the others as a list can show. */
  private static List<OpenedAnswer.Cell> strongest(List<OpenedAnswer.Cell> cells) {
    Set<OpenedAnswer.Cell> listed =
        cells.stream()
            .filter(cell -> cell.column().isEmpty())
            .sorted(Comparator.comparingDouble(OpenedStudy::small))
            .limit(LISTED)
            .collect(Collectors.toSet());
    return cells.stream()
        .filter(cell -> !cell.column().isEmpty() || listed.contains(cell))
        .toList();
  }

  private static double small(OpenedAnswer.Cell cell) {
    Double value = cell.value();
    return value == null ? 0 : -Math.abs(value);
  }

  private ConditionInfo condition(String id) {
    ConditionInfo condition = files.info().conditions().get(id);
    if (condition == null) {
      boolean known = files.screen().stream().anyMatch(row -> row.condition().equals(id));
      throw new Refusal(
          404, known ? id + " was predicted and not run" : "there is no condition " + id);
    }
    return condition;
  }

  @Override
  public OpenedAnswer overview() {
    return overview;
  }

  @Override
  public RowsAnswer rows(int map, String cell) {
    List<String> measures = new ArrayList<>(files.info().measures());
    measures.addAll(predicted());
    String measure = Opened.at(measures, map, "map");
    List<RowsAnswer.Row> rows =
        files.sorted(condition(cell).id(), measure).stream()
            .sorted(Comparator.comparingDouble(t -> -Math.abs(t.change())))
            .map(
                t ->
                    new RowsAnswer.Row(
                        t.topic(), named(t.topic()), List.of(t.baseline(), t.value(), t.change())))
            .toList();
    return RowsAnswer.of(condition(cell).label(), List.of(measure, "changed", "change"), rows);
  }

  @Override
  public RowAnswer row(int map, String cell, String row) throws IOException {
    ConditionInfo condition = condition(cell);
    Map<String, Integer> grades = grades(row);
    Ranking before = ranking(condition(ConditionInfo.NOTHING), row);
    Ranking after = ranking(condition, row);
    Map<String, RankAnswer.Place> places = new HashMap<>();
    for (int i = 0; i < before.size(); i++) {
      places.put(before.docno(i), new RankAnswer.Place(i + 1, before.score(i)));
    }
    List<RowAnswer.Doc> docs = new ArrayList<>();
    for (RankedDoc doc : after.top(files.info().depth()).stream().toList()) {
      RankAnswer.Place place = new RankAnswer.Place(docs.size() + 1, doc.score());
      docs.add(
          new RowAnswer.Doc(doc.docno(), grades.get(doc.docno()), places.get(doc.docno()), place));
    }
    return new RowAnswer(
        "topic " + named(row) + ", " + condition.label(), docs, List.of(), List.of(), List.of());
  }

  /** Those of the judgments or, if there are none of the topic, those of what moved. */
  private Map<String, Integer> grades(String topic) {
    Map<String, Integer> grades = new HashMap<>(topics.qrels().judged(topic));
    if (grades.isEmpty()) {
      for (Move move : files.moves()) {
        if (move.topic().equals(topic) && move.grade().isPresent()) {
          grades.put(move.docid(), move.grade().getAsInt());
        }
      }
    }
    // Pooled, and judged by nobody.
    grades.values().removeIf(grade -> grade < 0);
    return grades;
  }

  /** A topic's id, with its query where that is known. */
  private String named(String topic) {
    String query = topics.queries().get(topic);
    return query == null ? topic : topic + ": " + query;
  }

  private Ranking ranking(ConditionInfo condition, String topic) throws IOException {
    @Nullable Run run = runs.get(condition.run());
    if (run == null) {
      run = Run.read(file(condition));
      runs.put(condition.run(), run);
    }
    return run.ranking(topic).orElseThrow(() -> new Refusal(404, "there is no topic " + topic));
  }

  /** A run of the study's folder, whatever study.json says. */
  private Path file(ConditionInfo condition) throws IOException {
    Path file = folder.resolve(condition.run());
    if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(folder)) {
      throw new StudyInputException(
          folder.resolve("study.json") + ": " + condition.run() + " is no run of this folder");
    }
    if (Files.size(file) > LARGEST) {
      throw new StudyInputException(file + ": has more than " + (LARGEST >> 20) + " MiB");
    }
    return file;
  }

  @Override
  public void close() {}
}
