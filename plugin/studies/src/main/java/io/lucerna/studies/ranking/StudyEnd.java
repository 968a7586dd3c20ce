package io.lucerna.studies.ranking;

import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.table.Table;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Outcomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is left of a study when all items are scored: its files, made from the scores. It needs
 * neither the model nor the passages.
 *
 * @param reranked the candidates
 * @param identity what was read, and what ran
 * @param effects of heads in a patching study; none without
 * @param qrels the judgments, which have some of the topics
 * @param settings what is measured, and how it is tested
 */
@Internal
public record StudyEnd(
    Reranked reranked,
    Identity identity,
    Map<Head, Double> effects,
    Qrels qrels,
    StudySettings settings) {

  /**
   * Writes all files: runs, tables, and study.json.
   *
   * @param outcomes the scores of all items
   * @param lock of the folder
   * @return what the conditions did to the rankings
   * @throws IOException if a score cannot be read, or a file written
   */
  public Findings write(Outcomes<ItemScores> outcomes, FolderLock lock) throws IOException {
    lock.check();
    Path folder = lock.path();
    Files.createDirectories(folder.resolve("runs"));
    Findings findings =
        reranked.measure(
            outcomes,
            identity.model(),
            qrels,
            settings,
            (condition, run) -> keep(folder.resolve(runName(condition)), run));
    StudyTables.TOPICS.write(folder.resolve("topics.csv"), findings.topicValues());
    StudyTables.CONTRASTS.write(folder.resolve("comparison.csv"), findings.contrasts().stream());
    StudyTables.ORDERS.write(folder.resolve("ranks.csv"), findings.topicOrders());
    StudyTables.MOVES.write(folder.resolve("moves.csv"), findings.moves().stream());
    List<Screen> screens = Screen.of(findings, identity.model(), effects);
    List<HeadChange> heads = screens.stream().flatMap(way -> way.cells().stream()).toList();
    writeOrDelete(StudyTables.HEADS, folder.resolve("heads.csv"), heads);
    writeOrDelete(StudyTables.DOSES, folder.resolve("dose-response.csv"), findings.doseResponse());
    Map<String, Object> maps = Screen.fields(screens, settings.comparison());
    StudyManifest.write(identity, findings, reranked.depth(), maps, folder);
    return findings;
  }

  /** None of earlier settings stays where there is nothing to write. */
  private static <R extends Record> void writeOrDelete(Table<R> table, Path file, List<R> rows)
      throws IOException {
    if (rows.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      table.write(file, rows.stream());
    }
  }

  /** What is measured is what was written. */
  private static Run keep(Path file, Run run) throws IOException {
    run.write(file);
    return Run.read(file);
  }

  /** Where a condition's run is, from the study's folder. */
  static String runName(Condition condition) {
    return "runs/" + condition.id() + ".txt";
  }
}
