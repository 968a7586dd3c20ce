package io.lucerna.studies.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Estimate;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Unmatched;
import java.util.List;
import java.util.SequencedMap;

/**
 * What {@code study.json} says.
 *
 * @param model its label
 * @param depth how many candidates of a topic are reranked
 * @param measures the first one is what pictures show
 * @param correction of the p-values of one measure
 * @param rounds of randomisation and bootstrap
 * @param margin the change of a mean that counts as none
 * @param manifest all of it
 * @param command makes the study again
 * @param facts everything the file says of the set-up, by a name for people
 * @param conditions the first one is {@code nothing}
 * @param correlations of the screen's map with the patching map; empty if the study lacks one
 * @param ways how alike the maps of several ways to take heads away are, each with the first
 * @param unmatched conditions that left positions as they were
 */
public record StudyInfo(
    String model,
    int depth,
    List<String> measures,
    Correction correction,
    int rounds,
    double margin,
    JsonNode manifest,
    String command,
    SequencedMap<String, String> facts,
    SequencedMap<String, ConditionInfo> conditions,
    List<RankCorrelation> correlations,
    List<WayCorrelation> ways,
    List<Unmatched> unmatched) {

  /**
   * How alike two maps of heads are; numbers that are not defined are NaN.
   *
   * @param of what was ranked
   * @param spearman with its interval over topics
   * @param heads how many heads both maps have
   */
  public record RankCorrelation(
      String of, Estimate spearman, double kendall, double p, int heads) {}

  /**
   * How alike the changes are that two ways to take heads away make.
   *
   * @param first a condition of the first way
   * @param other one of the other way, of the same head
   * @param spearman with its interval over topics
   * @param heads how many heads there are
   */
  public record WayCorrelation(
      String first, String other, Estimate spearman, double kendall, int heads) {}

  /** Everything but the unchanged model, and random directions that doses are compared with. */
  public List<ConditionInfo> interventions() {
    return conditions.values().stream()
        .filter(c -> !c.id().equals(ConditionInfo.NOTHING) && !c.isDirection())
        .toList();
  }
}
