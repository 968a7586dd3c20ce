package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemCodec;
import io.lucerna.studies.work.ItemWork;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The work of a study: the same candidates scored under many conditions, topic by topic. What its
 * rankings are worth is found out by {@link Reranked}, from the scores of all items. {@link
 * Studies} keeps the scores in memory, {@link StudyFolder} in a journal.
 *
 * <p>Memory: a few numbers for each candidate.
 */
@Internal
public final class Study implements ItemWork<ItemScores> {
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

  private final Plan plan;
  private final Work work;
  private final List<Item> items;

  /**
   * The work on a plan.
   *
   * @param perItem for each condition, {@link ConditionScorer#perItem}
   * @param work what scores an item
   */
  Study(Plan plan, boolean[] perItem, Work work) {
    this.plan = plan;
    this.work = work;
    boolean all = false;
    for (boolean each : perItem) {
      all |= each;
    }
    boolean each = all;
    this.items =
        IntStream.range(0, plan.size())
            .mapToObj(i -> new Item(plan.topic(i).id(), plan.passages(i, each)))
            .toList();
  }

  /** {@return an item for each topic; its size is the number of passages} */
  @Override
  public List<Item> items() {
    return items;
  }

  @Override
  public ItemScores run(int place) throws IOException {
    String id = items.get(place).id();
    try {
      return ItemScores.of(work.score(plan.item(place)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("topic " + id + ": " + e.getMessage(), e);
    } catch (ScoreException e) {
      throw new ScoreException("topic " + id + ": " + e.getMessage());
    }
  }

  @Override
  public ItemCodec<ItemScores> codec() {
    return ItemScores.CODEC;
  }
}
