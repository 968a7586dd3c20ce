package io.lucerna.studies.ranking;

import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.table.Table;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A study in a folder: its items are scored into a journal; then all files are made from the
 * journal. Not thread-safe.
 */
@Internal
public final class StudyFolder implements AutoCloseable {
  private final FolderLock lock;
  private final Path folder;
  private final Journal<ItemScores> journal;
  private final Study study;
  private final int depth;

  private StudyFolder(FolderLock lock, Journal<ItemScores> journal, Study study, int depth) {
    this.lock = lock;
    this.folder = lock.path();
    this.journal = journal;
    this.study = study;
    this.depth = depth;
  }

  /**
   * Begins a study, or resumes the one in the folder.
   *
   * @param conditions the first one is the unchanged model
   * @param perItem for each condition, {@link ConditionScorer#perItem}
   * @param topics whose candidates are reranked
   * @param depth how many candidates of a topic
   * @param passages their texts
   * @param lock of the folder where the files go; closing it stays the caller's
   * @param decisive what decides the scores, besides the conditions; they are added to it
   * @return the study, which the caller closes
   * @throws StudyException if the folder's study was made with anything else
   * @throws IOException if the folder cannot be read or written
   */
  public static StudyFolder open(
      List<Condition> conditions,
      boolean[] perItem,
      List<StudyTopic> topics,
      int depth,
      Passages passages,
      FolderLock lock,
      JournalSettings decisive)
      throws IOException {
    decisive.put("depth", depth);
    for (int i = 0; i < conditions.size(); i++) {
      conditions.get(i).decide(decisive, i);
    }
    Plan plan = new Plan(topics, depth, passages);
    Journal<ItemScores> journal = Journal.open(lock, decisive, ItemScores.CODEC);
    boolean opened = false;
    try {
      if (journal.done().isEmpty() || !StudyProgress.isExpected(lock.path())) {
        StudyProgress.expect(conditions, perItem, plan.places(), lock.path());
      }
      opened = true;
      return new StudyFolder(lock, journal, new Study(conditions, perItem, plan, journal), depth);
    } finally {
      if (!opened) {
        journal.close();
      }
    }
  }

  /** {@return the work} */
  public Study study() {
    return study;
  }

  /**
   * Writes all files: runs, tables, and study.json.
   *
   * @param identity what was read, and what ran
   * @param effects the heads' effects in a patching study; null without
   * @param qrels the judgments, which have some of the topics
   * @param settings what is measured, and how it is tested
   * @return what the conditions did to the rankings
   * @throws IOException if the journal cannot be read, or a file written
   */
  public Findings write(
      Identity identity, @Nullable HeadEffects effects, Qrels qrels, StudySettings settings)
      throws IOException {
    lock.check();
    Files.createDirectories(folder.resolve("runs"));
    Findings findings = study.measure(identity.model(), qrels, settings, this::keep);
    StudyTables.TOPICS.write(folder.resolve("topics.csv"), findings.topicValues());
    StudyTables.CONTRASTS.write(folder.resolve("comparison.csv"), findings.contrasts().stream());
    StudyTables.ORDERS.write(folder.resolve("ranks.csv"), findings.topicOrders());
    StudyTables.MOVES.write(folder.resolve("moves.csv"), findings.moves().stream());
    Optional<Screen> screen = Screen.of(findings, identity.model(), effects);
    List<HeadChange> heads = screen.map(Screen::cells).orElse(List.of());
    writeOrDelete(StudyTables.HEADS, folder.resolve("heads.csv"), heads);
    writeOrDelete(StudyTables.DOSES, folder.resolve("dose-response.csv"), findings.doseResponse());
    Map<String, Object> correlation =
        screen
            .flatMap(
                s ->
                    s.rankCorrelation(settings.comparison().seed(), settings.comparison().rounds()))
            .orElse(Map.of());
    StudyManifest.write(identity, findings, depth, correlation, folder);
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
  private Run keep(Condition condition, Run run) throws IOException {
    Path file = folder.resolve(runName(condition));
    run.write(file);
    return Run.read(file);
  }

  /** Where a condition's run is, from the study's folder. */
  static String runName(Condition condition) {
    return "runs/" + condition.id() + ".txt";
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
