package io.lucerna.explorer;

import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.Move;
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
import org.jspecify.annotations.Nullable;

/** A study of rankings that is finished. */
final class OpenedStudy implements Opened {
  /** Columns of a map. */
  static final String MLP = "MLP";

  static final String ATTENTION = "attention";

  /** Places of runs that are remembered. */
  private static final long REMEMBERED = 1 << 20;

  private final Path folder;
  private final StudyFiles files;
  private final OpenedAnswer overview;
  private final Recent<String, Run> runs =
      new Recent<>(
          REMEMBERED, (name, run) -> run.rankings().stream().mapToLong(Ranking::size).sum());

  OpenedStudy(Path folder) throws IOException {
    this.folder = folder.toRealPath();
    this.files = StudyFiles.read(folder);
    this.overview = overview(Opened.name(folder));
  }

  private OpenedAnswer overview(String name) {
    List<OpenedAnswer.EffectMap> maps = new ArrayList<>();
    for (String measure : files.info().measures()) {
      List<OpenedAnswer.Cell> cells = files.contrasts(measure).stream().map(this::cell).toList();
      maps.add(new OpenedAnswer.EffectMap("change of " + measure, cells));
    }
    List<OpenedAnswer.Fact> facts = new ArrayList<>();
    facts.add(new OpenedAnswer.Fact("command", files.info().command()));
    files.info().facts().forEach((key, value) -> facts.add(new OpenedAnswer.Fact(key, value)));
    int topics = (int) files.topics().stream().map(t -> t.topic()).distinct().count();
    return new OpenedAnswer(
        "study",
        name,
        files.info().model()
            + ", "
            + files.info().interventions().size()
            + " conditions, "
            + topics
            + " topics, top "
            + files.info().depth(),
        true,
        topics,
        topics,
        "topic",
        facts,
        maps,
        List.of());
  }

  private OpenedAnswer.Cell cell(Contrast contrast) {
    ConditionInfo condition = condition(contrast.condition());
    Statistics statistics = contrast.statistics();
    return new OpenedAnswer.Cell(
        condition.id(),
        row(condition),
        column(condition),
        condition.label(),
        statistics.change(),
        OpenedAnswer.boxed(statistics.ciLower()),
        OpenedAnswer.boxed(statistics.ciUpper()),
        statistics.significant());
  }

  private static String row(ConditionInfo condition) {
    return column(condition).isEmpty() ? condition.label() : "L" + condition.layer();
  }

  /**
   * Heads and whole layers have a place on the map; what is of no layer, or is one of many, has
   * none.
   */
  private static String column(ConditionInfo condition) {
    if (condition.layer() == null) {
      return "";
    }
    return switch (condition.kind()) {
      case "head" -> String.valueOf(condition.head());
      case "mlp" -> MLP;
      case "component" -> ATTENTION;
      default -> "";
    };
  }

  private ConditionInfo condition(String id) {
    ConditionInfo condition = files.info().conditions().get(id);
    if (condition == null) {
      throw new Refusal(404, "there is no condition " + id);
    }
    return condition;
  }

  @Override
  public OpenedAnswer overview() {
    return overview;
  }

  @Override
  public RowsAnswer rows(int map, String cell) {
    String measure = Opened.at(files.info().measures(), map, "map");
    List<RowsAnswer.Row> rows =
        files.sorted(condition(cell).id(), measure).stream()
            .sorted(Comparator.comparingDouble(t -> -Math.abs(t.change())))
            .map(
                t ->
                    new RowsAnswer.Row(
                        t.topic(), t.topic(), List.of(t.baseline(), t.value(), t.change())))
            .toList();
    return RowsAnswer.of(condition(cell).label(), List.of(measure, "changed", "change"), rows);
  }

  @Override
  public RowAnswer row(int map, String cell, String row) throws IOException {
    ConditionInfo condition = condition(cell);
    Map<String, Integer> grades = new HashMap<>();
    for (Move move : files.moves()) {
      if (move.topic().equals(row) && move.grade().isPresent()) {
        grades.put(move.docid(), move.grade().getAsInt());
      }
    }
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
        "topic " + row + ", " + condition.label(), docs, List.of(), List.of(), List.of());
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
