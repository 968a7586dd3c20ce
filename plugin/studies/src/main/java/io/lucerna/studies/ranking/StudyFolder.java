package io.lucerna.studies.ranking;

import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A study in a folder: its items are scored into a journal; then all files are made from the
 * journal. Not thread-safe.
 */
@Internal
public final class StudyFolder implements AutoCloseable {
  /** The file with the candidates as the first stage ranks them. */
  static final String FIRST_STAGE = "first-stage.txt";

  private final FolderLock lock;
  private final Journal<ItemScores> journal;
  private final Study study;
  private final Reranked reranked;
  private final Optional<Shard> shard;
  private final int[] places;

  private StudyFolder(
      FolderLock lock,
      Journal<ItemScores> journal,
      Study study,
      Reranked reranked,
      Optional<Shard> shard) {
    this.lock = lock;
    this.journal = journal;
    this.study = study;
    this.reranked = reranked;
    this.shard = shard;
    this.places = study.places(shard);
  }

  /**
   * Begins a study, or resumes the one in the folder.
   *
   * @param conditions the first one is the unchanged model
   * @param perItem for each condition, {@link ConditionScorer#perItem}
   * @param topics whose candidates are reranked
   * @param depth how many candidates of a topic
   * @param passages their texts
   * @param work what scores an item
   * @param lock of the folder where the files go; closing it stays the caller's
   * @param decisive what decides the scores, besides the conditions; they are added to it
   * @param shard which part of the items is scored; empty for all
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
      Study.Work work,
      FolderLock lock,
      JournalSettings decisive,
      Optional<Shard> shard)
      throws IOException {
    decisive.put("depth", depth);
    for (int i = 0; i < conditions.size(); i++) {
      conditions.get(i).decide(decisive, i);
    }
    decisive.put(shard);
    Plan plan = new Plan(topics, depth, passages);
    Study study = new Study(plan, perItem, work);
    Journal<ItemScores> journal = Journal.open(lock, decisive, study.codec());
    boolean opened = false;
    try {
      if (journal.done().isEmpty() || !StudyProgress.isExpected(lock.path())) {
        StudyProgress.expect(conditions, perItem, plan.places(), lock.path());
      }
      opened = true;
      return new StudyFolder(lock, journal, study, Reranked.of(conditions, perItem, plan), shard);
    } finally {
      if (!opened) {
        journal.close();
      }
    }
  }

  private List<Item> left() {
    return Arrays.stream(places)
        .mapToObj(study.items()::get)
        .filter(item -> !journal.has(item.id()))
        .toList();
  }

  /** {@return how many topics are to be scored here, those that are done too} */
  public int topics() {
    return places.length;
  }

  /** {@return how many of them are done} */
  public int done() {
    return places.length - left().size();
  }

  /** {@return how many passages the topics have that are not done} */
  public long passagesLeft() {
    return left().stream().mapToLong(Item::size).sum();
  }

  /**
   * Scores the topics that are not done.
   *
   * @param runner who does that
   * @param progress is told after each how many passages it had
   * @throws IOException if the scores cannot be kept
   */
  public void work(ItemRunner runner, IntConsumer progress) throws IOException {
    runner.complete(study, places, journal, item -> progress.accept((int) item.size()));
  }

  /**
   * Writes what is known before the work begins.
   *
   * @param first the candidates as the first stage ranks them; it has all topics
   * @param end what is left to do when all items are scored; a shard keeps it for whoever does it
   * @throws IOException if it cannot be written
   */
  public void begin(Run first, StudyEnd end) throws IOException {
    first.write(lock.path().resolve(FIRST_STAGE));
    if (shard.isPresent()) {
      StudyShards.keep(study, places, shard.get(), end, lock);
    }
  }

  /**
   * {@return what is left to do when all items are scored}
   *
   * @param identity what was read, and what ran
   * @param effects the heads' effects in a patching study; none without
   * @param qrels the judgments, which have some of the topics
   * @param settings what is measured, and how it is tested
   */
  public StudyEnd end(
      Identity identity, Map<Head, Double> effects, Qrels qrels, StudySettings settings) {
    return new StudyEnd(reranked, identity, effects, qrels, settings);
  }

  /**
   * Writes all files: runs, tables, and study.json.
   *
   * @param end what is left to do
   * @return what the conditions did to the rankings
   * @throws IOException if the journal cannot be read, or a file written
   */
  public Findings write(StudyEnd end) throws IOException {
    return end.write(journal, lock);
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
