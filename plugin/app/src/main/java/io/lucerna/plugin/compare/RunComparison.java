package io.lucerna.plugin.compare;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.ranking.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Several runs against a baseline, measured on the same topics; a topic that a run lacks counts 0.
 *
 * @param topics the topics compared, in the order of the qrels
 * @param baseline the first run
 * @param own the baseline against itself: its own values, measure by measure
 * @param contrasts every other run and measure against the baseline, measure by measure
 * @param rankChanges for every run, what it changed in each topic that it and the baseline rank
 * @param missing for every run, how many of the topics it lacks
 * @param judged for every run, how many of its first documents are judged
 */
public record RunComparison(
    List<String> topics,
    String baseline,
    List<RunContrast> own,
    List<RunContrast> contrasts,
    Map<String, SortedMap<String, RankChanges>> rankChanges,
    Map<String, Integer> missing,
    Map<String, Judged> judged) {
  /**
   * The share of the first ten documents that are judged: no test, but whether tests can be read.
   */
  static final Measure COVERAGE = Measure.parse("Judged@10");

  /**
   * One run against the baseline on one measure.
   *
   * @param before the baseline's values, topic by topic
   * @param after the run's values
   * @param statistics with p-values that are adjusted over all contrasts
   */
  public record RunContrast(
      String run, Measure measure, double[] before, double[] after, Statistics statistics) {}

  /**
   * How many of a run's first ten documents are judged, as a share.
   *
   * @param mean over the topics that both the run and the judgments have
   * @param topics the values of these topics
   */
  public record Judged(double mean, Map<String, Double> topics) {
    private static Judged of(Run run, Qrels qrels, Evaluation.Options options) {
      Evaluation coverage = Evaluation.of(run, qrels, List.of(COVERAGE), options);
      double[] values = coverage.values(COVERAGE);
      Map<String, Double> topics = new LinkedHashMap<>();
      for (String topic : coverage.topics()) {
        topics.put(topic, values[topics.size()]);
      }
      return new Judged(coverage.summary(COVERAGE), topics);
    }

    /** The value of a topic; empty for one that the run lacks. */
    public OptionalDouble of(String topic) {
      Double value = topics.get(topic);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

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
    Map<String, Judged> judged = new LinkedHashMap<>();
    runs.forEach(
        (name, run) -> {
          evaluations.put(name, Evaluation.of(run, qrels, measures, options));
          judged.put(name, Judged.of(run, qrels, options));
          missing.put(name, (int) topics.stream().filter(t -> run.ranking(t).isEmpty()).count());
        });
    List<String> names = List.copyOf(runs.keySet());
    String baseline = names.getFirst();
    List<String> others = names.subList(1, names.size());
    List<double[]> before = new ArrayList<>();
    List<double[]> after = new ArrayList<>();
    List<Comparison> results = new ArrayList<>();
    List<RunContrast> own = new ArrayList<>();
    for (Measure measure : measures) {
      double[] values = evaluated(evaluations, baseline).values(measure, topics);
      List<Comparison> itself = List.of(Comparison.of(values, values, settings));
      Statistics same = Statistics.of(itself, Correction.NONE).getFirst();
      own.add(new RunContrast(baseline, measure, values, values, same));
      for (String name : others) {
        before.add(values);
        after.add(evaluated(evaluations, name).values(measure, topics));
        results.add(Comparison.of(before.getLast(), after.getLast(), settings));
      }
    }
    List<Statistics> statistics = Statistics.of(results, correction);
    List<RunContrast> contrasts = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      contrasts.add(
          new RunContrast(
              others.get(i % others.size()),
              measures.get(i / others.size()),
              before.get(i),
              after.get(i),
              statistics.get(i)));
    }
    return new RunComparison(
        topics, baseline, own, contrasts, rankChanges(runs, topics), missing, judged);
  }

  /** All runs by one measure, the baseline first. */
  public List<RunContrast> of(Measure measure) {
    return Stream.concat(own.stream(), contrasts.stream())
        .filter(c -> c.measure().equals(measure))
        .toList();
  }

  /** What was measured. */
  public List<Measure> measures() {
    return own.stream().map(RunContrast::measure).toList();
  }

  /** How many of a run's first documents are judged. */
  public Judged judged(String run) {
    return Optional.ofNullable(judged.get(run)).orElseThrow();
  }

  private static Evaluation evaluated(Map<String, Evaluation> evaluations, String name) {
    return Optional.ofNullable(evaluations.get(name)).orElseThrow();
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
          changes.put(name, ofRun);
        });
    return changes;
  }
}
