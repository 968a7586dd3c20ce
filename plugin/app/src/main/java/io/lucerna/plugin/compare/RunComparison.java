package io.lucerna.plugin.compare;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Several runs against a baseline, measured on the same topics; a topic that a run lacks counts 0.
 *
 * @param topics the topics compared, in the order of the qrels
 * @param baseline the first run
 * @param contrasts every other run and measure against the baseline, measure by measure
 * @param rankChanges for every other run, what it changed in each topic that both runs rank
 * @param missing for every run, how many of the topics it lacks
 */
public record RunComparison(
    List<String> topics,
    String baseline,
    List<Contrast> contrasts,
    Map<String, SortedMap<String, RankChanges>> rankChanges,
    Map<String, Integer> missing) {

  /**
   * One run against the baseline on one measure.
   *
   * @param before the baseline's values, topic by topic
   * @param after the run's values
   * @param adjustedTTest the t-test's p-value adjusted over all contrasts; empty where that is
   * @param adjustedRandomization the same for the randomisation test
   */
  record Contrast(
      String run,
      Measure measure,
      double[] before,
      double[] after,
      Comparison result,
      OptionalDouble adjustedTTest,
      OptionalDouble adjustedRandomization) {}

  /**
   * Compares runs.
   *
   * @param runs by name, at least two; the first is the baseline
   * @param level the lowest relevant grade
   * @param complete whether all topics of the qrels count, and not only those that some run has
   */
  public static RunComparison of(
      Map<String, Run> runs,
      Qrels qrels,
      List<Measure> measures,
      int level,
      boolean complete,
      Comparison.Settings settings,
      Correction correction) {
    List<String> topics =
        qrels.topics().stream()
            .filter(t -> complete || runs.values().stream().anyMatch(r -> r.topics().contains(t)))
            .toList();
    Evaluation.Options options = Evaluation.Options.DEFAULT.withLevel(level);
    Map<String, Evaluation> evaluations = new LinkedHashMap<>();
    Map<String, Integer> missing = new LinkedHashMap<>();
    runs.forEach(
        (name, run) -> {
          evaluations.put(name, Evaluation.of(run, qrels, measures, options));
          missing.put(name, (int) topics.stream().filter(t -> run.ranking(t).isEmpty()).count());
        });
    List<String> names = List.copyOf(runs.keySet());
    String baseline = names.getFirst();
    List<Contrast> contrasts = new ArrayList<>();
    for (Measure measure : measures) {
      double[] before = evaluated(evaluations, baseline).values(measure, topics);
      for (String name : names.subList(1, names.size())) {
        double[] after = evaluated(evaluations, name).values(measure, topics);
        Comparison result = Comparison.of(before, after, settings);
        OptionalDouble none = OptionalDouble.empty();
        contrasts.add(new Contrast(name, measure, before, after, result, none, none));
      }
    }
    return new RunComparison(
        topics, baseline, adjusted(contrasts, correction), rankChanges(runs, topics), missing);
  }

  private static Evaluation evaluated(Map<String, Evaluation> evaluations, String name) {
    return Optional.ofNullable(evaluations.get(name)).orElseThrow();
  }

  private static List<Contrast> adjusted(List<Contrast> contrasts, Correction correction) {
    List<OptionalDouble> tTests = adjusted(contrasts, correction, Comparison::tTest);
    List<OptionalDouble> flips = adjusted(contrasts, correction, Comparison::randomization);
    List<Contrast> adjusted = new ArrayList<>();
    for (int i = 0; i < contrasts.size(); i++) {
      Contrast c = contrasts.get(i);
      adjusted.add(
          new Contrast(c.run, c.measure, c.before, c.after, c.result, tTests.get(i), flips.get(i)));
    }
    return List.copyOf(adjusted);
  }

  private static List<OptionalDouble> adjusted(
      List<Contrast> contrasts, Correction correction, Function<Comparison, OptionalDouble> p) {
    List<OptionalDouble> raw = contrasts.stream().map(c -> p.apply(c.result)).toList();
    double[] defined =
        raw.stream().filter(OptionalDouble::isPresent).mapToDouble(v -> v.orElseThrow()).toArray();
    double[] corrected = correction.adjust(defined);
    List<OptionalDouble> adjusted = new ArrayList<>();
    int next = 0;
    for (OptionalDouble value : raw) {
      adjusted.add(value.isPresent() ? OptionalDouble.of(corrected[next++]) : value);
    }
    return adjusted;
  }

  private static Map<String, SortedMap<String, RankChanges>> rankChanges(
      Map<String, Run> runs, List<String> topics) {
    Run first = runs.values().iterator().next();
    Map<String, SortedMap<String, RankChanges>> changes = new LinkedHashMap<>();
    runs.forEach(
        (name, run) -> {
          SortedMap<String, RankChanges> ofRun = new TreeMap<>();
          for (String topic : topics) {
            first
                .ranking(topic)
                .flatMap(a -> run.ranking(topic).map(b -> RankChanges.of(a, b)))
                .ifPresent(change -> ofRun.put(topic, change));
          }
          if (run != first) {
            changes.put(name, ofRun);
          }
        });
    return changes;
  }
}
