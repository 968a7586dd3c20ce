package io.lucerna.studies.ranking;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The same candidates reranked under many conditions. First the items are scored into a journal;
 * then all files are made from the journal. They depend on the inputs and the settings, not on
 * where the work was interrupted.
 *
 * <p>Memory: a few numbers for each candidate, the scores of some conditions at a time ({@value
 * Places#SCORES_AT_ONCE} at most), and each topic's values of the measures.
 *
 * <p>Not thread-safe.
 */
public final class Study implements AutoCloseable {
  /** What one item scores under all conditions. */
  @FunctionalInterface
  public interface Work {
    /**
     * Scores an item, as {@link ConditionScorer#score} does.
     *
     * @param item the queries and passages
     * @return the scores by condition, and what interventions did
     */
    ConditionScores score(WorkItem item);
  }

  private final List<Condition> conditions;
  private final boolean[] perItem;
  private final Plan plan;
  private final FolderLock lock;
  private final Path folder;
  private final Journal<ItemScores> journal;

  private Study(
      List<Condition> conditions,
      boolean[] perItem,
      Plan plan,
      FolderLock lock,
      Journal<ItemScores> journal) {
    this.conditions = conditions;
    this.perItem = perItem;
    this.plan = plan;
    this.lock = lock;
    this.folder = lock.path();
    this.journal = journal;
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
  public static Study open(
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
      return new Study(List.copyOf(conditions), perItem.clone(), plan, lock, journal);
    } finally {
      if (!opened) {
        journal.close();
      }
    }
  }

  private int weight(int item) {
    boolean all = false;
    for (boolean each : perItem) {
      all |= each;
    }
    return plan.passages(item, all);
  }

  /** {@return how many passages the items that are not done have} */
  public long left() {
    long left = 0;
    for (int item = 0; item < plan.size(); item++) {
      left += journal.has(plan.topic(item).id()) ? 0 : weight(item);
    }
    return left;
  }

  /** {@return how many items are done} */
  public int done() {
    int done = 0;
    for (int item = 0; item < plan.size(); item++) {
      done += journal.has(plan.topic(item).id()) ? 1 : 0;
    }
    return done;
  }

  /**
   * Scores the items that are not done.
   *
   * @param work what scores one
   * @param progress is told after each item how many passages it had
   * @throws IOException if the journal cannot be written
   */
  public void work(Work work, IntConsumer progress) throws IOException {
    for (int item = 0; item < plan.size(); item++) {
      String id = plan.topic(item).id();
      if (!journal.has(id)) {
        try {
          journal.append(id, ItemScores.of(work.score(plan.item(item))));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("topic " + id + ": " + e.getMessage(), e);
        } catch (ScoreException e) {
          throw new ScoreException("topic " + id + ": " + e.getMessage());
        }
        progress.accept(weight(item));
      }
    }
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
    Findings findings = measure(identity, qrels, settings);
    TopicValue.TABLE.write(folder.resolve("topics.csv"), findings.topicValues());
    Contrast.TABLE.write(folder.resolve("comparison.csv"), findings.contrasts().stream());
    TopicOrder.TABLE.write(folder.resolve("ranks.csv"), findings.topicOrders());
    Move.TABLE.write(folder.resolve("moves.csv"), findings.moves().stream());
    Optional<Screen> screen = Screen.of(findings, identity.model(), effects);
    Path heads = folder.resolve("screen.csv");
    if (screen.isPresent()) {
      HeadChange.TABLE.write(heads, screen.get().cells().stream());
    } else {
      // None of earlier settings stays either.
      Files.deleteIfExists(heads);
    }
    Map<String, Object> correlation =
        screen
            .flatMap(
                s ->
                    s.rankCorrelation(settings.comparison().seed(), settings.comparison().rounds()))
            .orElse(Map.of());
    StudyManifest.write(identity, findings, plan.depth(), correlation, folder);
    return findings;
  }

  private Findings measure(Identity identity, Qrels qrels, StudySettings settings)
      throws IOException {
    Files.createDirectories(folder.resolve("runs"));
    Findings findings = new Findings(conditions, plan.depth(), qrels, settings);
    int group = plan.places().conditionsAtOnce();
    for (int from = 0; from < conditions.size(); from += group) {
      int to = Math.min(from + group, conditions.size());
      List<Run> runs = runs(from, to, identity.model().name(), findings);
      for (int i = 0; i < runs.size(); i++) {
        Condition condition = conditions.get(from + i);
        Path file = folder.resolve(runName(condition));
        runs.get(i).write(file);
        // What is measured is what was written.
        findings.add(condition, Run.read(file));
      }
    }
    findings.compare();
    return findings;
  }

  /** Where a condition's run is, from the study's folder. */
  static String runName(Condition condition) {
    return "runs/" + condition.id() + ".txt";
  }

  private List<Run> runs(int from, int to, String model, Findings findings) throws IOException {
    float[][][] scores =
        plan.places()
            .scores(
                journal,
                perItem,
                from,
                to,
                row -> {
                  for (int i = from; i < to; i++) {
                    findings.touched(i, row.touched().get(i));
                  }
                });
    List<Run> runs = new ArrayList<>();
    for (int i = from; i < to; i++) {
      List<Ranking> rankings = new ArrayList<>();
      for (int item = 0; item < plan.size(); item++) {
        rankings.add(Reordering.of(plan.topic(item).first(), scores[i - from][item]));
      }
      runs.add(Run.of(conditions.get(i).tag(model, plan.depth()), rankings));
    }
    return runs;
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
