package io.lucerna.studies.ranking;

import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.work.Outcomes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of rankings whose candidates are scored under many conditions. It depends on the
 * scores, not on who found them in which order.
 *
 * <p>Memory: a few numbers for each candidate, the scores of some conditions at a time ({@value
 * Places#SCORES_AT_ONCE} at most), and each topic's values of the measures.
 *
 * @param conditions the first one is the unchanged model
 * @param perItem for each condition, {@link ConditionScorer#perItem}
 * @param places whose scores the items have
 * @param first each topic's ranking of the first stage
 * @param depth how many candidates of a topic are scored
 */
record Reranked(
    List<Condition> conditions, boolean[] perItem, Places places, List<Ranking> first, int depth) {
  /** Keeps a condition's run. */
  @FunctionalInterface
  interface Keeper {
    /** The run that is measured. */
    Run keep(Condition condition, Run run) throws IOException;
  }

  Reranked {
    conditions = List.copyOf(conditions);
    first = List.copyOf(first);
  }

  /** The candidates of a plan. */
  static Reranked of(List<Condition> conditions, boolean[] perItem, Plan plan) {
    List<Ranking> first = new ArrayList<>();
    for (int item = 0; item < plan.size(); item++) {
      first.add(plan.topic(item).first());
    }
    return new Reranked(conditions, perItem, plan.places(), first, plan.depth());
  }

  /**
   * Measures the rankings of all conditions, and compares them with the first.
   *
   * @param outcomes the scores of all items
   * @param model whose label is in the runs' tags
   */
  Findings measure(
      Outcomes<ItemScores> outcomes,
      ModelCard model,
      Qrels qrels,
      StudySettings settings,
      Keeper keeper)
      throws IOException {
    Findings findings = new Findings(conditions, depth, qrels, settings);
    int group = places.conditionsAtOnce();
    for (int from = 0; from < conditions.size(); from += group) {
      int to = Math.min(from + group, conditions.size());
      float[][][] scores = scores(outcomes, from, to, findings);
      for (int i = from; i < to; i++) {
        Condition condition = conditions.get(i);
        Run run = run(condition.tag(model, depth), scores[i - from]);
        findings.add(condition, keeper.keep(condition, run));
      }
    }
    findings.compare();
    return findings;
  }

  private float[][][] scores(Outcomes<ItemScores> outcomes, int from, int to, Findings findings)
      throws IOException {
    return places.scores(
        outcomes,
        perItem,
        from,
        to,
        row -> {
          for (int i = from; i < to; i++) {
            findings.add(i, row.counts().get(i));
          }
        });
  }

  private Run run(String tag, float[][] scores) {
    List<Ranking> rankings = new ArrayList<>();
    for (int item = 0; item < scores.length; item++) {
      rankings.add(Reordering.of(first.get(item), scores[item]));
    }
    return Run.of(tag, rankings);
  }
}
