package io.lucerna.studies.report;

import io.lucerna.base.AtomicFile;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.chart.PngCanvas;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.HeadChange;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.TopicValue;
import io.lucerna.studies.work.OldFiles;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/** The report on a study: a page, a summary, pictures and tables, made from its files alone. */
public final class StudyReport {
  /** How many conditions get pictures of their own in files. */
  private static final int PICTURED = 3;

  /** How many rows the summary's table has, unless another number is given. */
  private static final int ROWS = 20;

  private static final Pattern PICTURES =
      Pattern.compile(
          "(head-map(\\.\\d+)?|patching-map|screen|(dose-response|topics|ranks)\\..+)\\.(svg|png)");
  private static final Pattern TABLES =
      Pattern.compile("(head-map(\\.\\d+)?|patching-map|comparison\\..+)\\.(csv|tex)");

  private StudyReport() {}

  /**
   * Writes {@code report.html}, {@code summary.md}, {@code figures/} and {@code tables/} next to
   * the study's files, over those that are there.
   *
   * @param rows how many conditions the tables have, those first that change the first measure
   *     most; empty for all, and for 20 in the summary
   * @return whether PNG pictures were written too; false where Java cannot draw text
   * @throws StudyInputException if a file is missing or malformed
   */
  public static boolean write(Path studyFolder, OptionalInt rows) throws IOException {
    StudyFiles study = StudyFiles.read(studyFolder);
    Path folder = emptied(studyFolder.resolve("figures"), PICTURES);
    SequencedMap<String, Figure> pictures = pictures(study);
    for (Map.Entry<String, Figure> picture : pictures.entrySet()) {
      picture.getValue().write(folder, picture.getKey());
    }
    new ReportTables(study, emptied(studyFolder.resolve("tables"), TABLES), rows).write();
    String summary = new ReportSummary(study, pictures, rows.orElse(ROWS)).text();
    AtomicFile.write(studyFolder.resolve("summary.md"), out -> out.write(summary));
    new ReportPage(study).write(studyFolder.resolve("report.html"));
    return PngCanvas.available();
  }

  /** The folder, without what a report on other settings left there; other files stay. */
  private static Path emptied(Path folder, Pattern ours) throws IOException {
    Files.createDirectories(folder);
    OldFiles.delete(folder, ours);
    return folder;
  }

  private static SequencedMap<String, Figure> pictures(StudyFiles study) {
    ReportFigures figures = new ReportFigures(study);
    SequencedMap<String, Figure> all = new LinkedHashMap<>();
    int ways = 0;
    for (List<HeadChange> way : study.ways()) {
      ways++;
      all.put(FileNames.numbered("head-map", ways), figures.headMap(way));
    }
    if (study.patched()) {
      all.put("patching-map", figures.patchingMap());
    }
    if (!study.screen().isEmpty()) {
      all.put("screen", figures.screen());
    }
    int vectors = 0;
    for (Map.Entry<String, List<DoseResponse>> vector : study.vectors().entrySet()) {
      vectors++;
      all.put(
          FileNames.of("dose-response", vector.getKey(), vectors),
          figures.doses(vector.getKey(), vector.getValue()));
    }
    String measure = study.info().measures().getFirst();
    int number = 0;
    for (ConditionInfo condition : study.byChange().stream().limit(PICTURED).toList()) {
      number++;
      List<TopicValue> topics = study.sorted(condition.id(), measure);
      if (!topics.isEmpty()) {
        all.put(
            FileNames.of("topics", condition.id(), number),
            figures.topics(condition, measure, topics));
      }
      Map.Entry<String, List<Move>> first = study.moves(condition.id()).firstEntry();
      if (first != null) {
        all.put(
            FileNames.of("ranks", condition.id(), number),
            figures.ranks(condition, first.getKey(), first.getValue()));
      }
    }
    return all;
  }
}
