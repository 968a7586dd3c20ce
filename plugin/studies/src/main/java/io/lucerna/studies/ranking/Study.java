package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.work.Outcomes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The same candidates reranked under many conditions: first the items are scored, then the rankings
 * are made of the scores and measured. What comes out depends on the inputs and the settings, not
 * on where the work was interrupted. {@link Studies} keeps the scores in memory, {@link
 * StudyFolder} in a journal.
 *
 * <p>Memory: a few numbers for each candidate, the scores of some conditions at a time ({@value
 * Places#SCORES_AT_ONCE} at most), and each topic's values of the measures.
 *
 * <p>Not thread-safe.
 */
@Internal
public final class Study {
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

  /** Keeps a condition's run. */
  @FunctionalInterface
  interface Keeper {
    /** The run that is measured. */
    Run keep(Condition condition, Run run) throws IOException;
  }

  private final List<Condition> conditions;
  private final boolean[] perItem;
  private final Plan plan;
  private final Outcomes.Store<ItemScores> outcomes;

  /**
   * A study whose scores go into a store.
   *
   * @param conditions the first one is the unchanged model
   * @param perItem for each condition, {@link ConditionScorer#perItem}
   */
  Study(
      List<Condition> conditions,
      boolean[] perItem,
      Plan plan,
      Outcomes.Store<ItemScores> outcomes) {
    this.conditions = List.copyOf(conditions);
    this.perItem = perItem.clone();
    this.plan = plan;
    this.outcomes = outcomes;
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
      left += outcomes.has(plan.topic(item).id()) ? 0 : weight(item);
    }
    return left;
  }

  /** {@return how many items are done} */
  public int done() {
    int done = 0;
    for (int item = 0; item < plan.size(); item++) {
      done += outcomes.has(plan.topic(item).id()) ? 1 : 0;
    }
    return done;
  }

  /**
   * Scores the items that are not done.
   *
   * @param work what scores one
   * @param progress is told after each item how many passages it had
   * @throws IOException if the scores cannot be kept
   */
  public void work(Work work, IntConsumer progress) throws IOException {
    for (int item = 0; item < plan.size(); item++) {
      String id = plan.topic(item).id();
      if (!outcomes.has(id)) {
        try {
          outcomes.append(id, ItemScores.of(work.score(plan.item(item))));
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
   * Measures the rankings of all conditions, and compares them with the first.
   *
   * @param model whose label is in the runs' tags
   */
  Findings measure(ModelCard model, Qrels qrels, StudySettings settings, Keeper keeper)
      throws IOException {
    Findings findings = new Findings(conditions, plan.depth(), qrels, settings);
    int group = plan.places().conditionsAtOnce();
    for (int from = 0; from < conditions.size(); from += group) {
      int to = Math.min(from + group, conditions.size());
      List<Run> runs = runs(from, to, model, findings);
      for (int i = 0; i < runs.size(); i++) {
        Condition condition = conditions.get(from + i);
        findings.add(condition, keeper.keep(condition, runs.get(i)));
      }
    }
    findings.compare();
    return findings;
  }

  private List<Run> runs(int from, int to, ModelCard model, Findings findings) throws IOException {
    float[][][] scores =
        plan.places()
            .scores(
                outcomes,
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
}
