package io.lucerna.plugin.lens;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.instrumentation.model.LinearPass.Written;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ScoreParts.Direct;
import io.lucerna.studies.ranking.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** What heads and MLPs write straight to the scores, averaged over the candidates of each topic. */
public final class Attribution {
  /** What the tokens' embeddings write. */
  static final String EMBEDDINGS = "embeddings";

  /** What biases write. */
  static final String BIASES = "biases";

  /**
   * One topic's mean.
   *
   * @param side what was read: pair, query or passage
   * @param component such as {@code L3H7} or {@code L3mlp}
   * @param passages how many the mean is over
   * @param mean what the component adds to a score
   * @param relevant the same of the relevant passages; empty if there are none
   * @param notRelevant of those that were judged and are not relevant
   */
  public record TopicRow(
      String side,
      String component,
      String topic,
      int passages,
      double mean,
      OptionalDouble relevant,
      OptionalDouble notRelevant) {}

  /**
   * All topics.
   *
   * @param mean over topics
   * @param statistics relevant passages (value) against those that were judged and are not relevant
   *     (baseline), over topics that have both; nothing of it is defined where none has
   */
  public record Row(String side, String component, double mean, Statistics statistics) {
    /** Whether any topic has both. */
    boolean isCompared() {
      return statistics.topics() > 0;
    }
  }

  private final Qrels qrels;
  private final int level;
  private final Map<String, Float> scores;
  private final List<TopicRow> topics = new ArrayList<>();
  private double residual;

  /**
   * @param level the lowest grade that is relevant
   * @param scores the model's scores by {@link #key}, to which the parts must add up
   */
  public Attribution(Qrels qrels, int level, Map<String, Float> scores) {
    this.qrels = qrels;
    this.level = level;
    this.scores = scores;
  }

  /** The key of a candidate's score. */
  public static String key(String topic, String docno) {
    return topic + "\t" + docno;
  }

  /** Takes a topic's passages. */
  void add(String topic, List<String> docnos, List<List<Direct>> passages) {
    if (passages.isEmpty()) {
      return;
    }
    boolean[] relevant = new boolean[docnos.size()];
    boolean[] not = new boolean[docnos.size()];
    for (int i = 0; i < relevant.length; i++) {
      OptionalInt grade = qrels.grade(topic, docnos.get(i));
      relevant[i] = grade.isPresent() && grade.getAsInt() >= level;
      not[i] = grade.isPresent() && grade.getAsInt() < level;
      for (Direct side : passages.get(i)) {
        float score = scores.getOrDefault(key(topic, docnos.get(i)), Float.NaN);
        residual = Math.max(residual, Math.abs(score - side.written().sum()));
      }
    }
    for (int side = 0; side < passages.getFirst().size(); side++) {
      int at = side;
      List<Map<String, Double>> each =
          passages.stream().map(sides -> byName(sides.get(at).written())).toList();
      String name = passages.getFirst().get(side).side().name().toLowerCase(Locale.ROOT);
      for (String component : each.getFirst().keySet()) {
        double[] adds =
            each.stream().mapToDouble(parts -> parts.getOrDefault(component, 0.0)).toArray();
        topics.add(
            new TopicRow(
                name,
                component,
                topic,
                adds.length,
                Arrays.stream(adds).average().orElseThrow(),
                mean(adds, i -> relevant[i]),
                mean(adds, i -> not[i])));
      }
    }
  }

  private static Map<String, Double> byName(Written written) {
    Map<String, Double> named = new LinkedHashMap<>();
    written.components().forEach((component, adds) -> named.put(component.toString(), adds));
    named.put(EMBEDDINGS, Arrays.stream(written.rest().tokens()).sum());
    named.put(BIASES, written.rest().biases());
    return named;
  }

  private static OptionalDouble mean(double[] values, Predicate<Integer> wanted) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (wanted.test(i)) {
        sum += values[i];
        count++;
      }
    }
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
  }

  /** The topics, each component of each side. */
  List<TopicRow> topics() {
    return topics;
  }

  /** The most that is missing in the sum of all parts of a score: what rounding leaves. */
  double residual() {
    return residual;
  }

  /** All topics together, in forward order; the components of a side are one family. */
  List<Row> rows(Comparison.Settings settings, Correction correction) {
    Map<String, Map<String, List<TopicRow>>> sides = new LinkedHashMap<>();
    for (TopicRow row : topics) {
      sides
          .computeIfAbsent(row.side(), side -> new LinkedHashMap<>())
          .computeIfAbsent(row.component(), component -> new ArrayList<>())
          .add(row);
    }
    List<Row> rows = new ArrayList<>();
    sides.forEach(
        (side, components) -> {
          List<Comparison> family =
              components.values().stream().map(own -> compared(own, settings)).toList();
          List<Statistics> statistics = Statistics.of(family, correction);
          int next = 0;
          for (Map.Entry<String, List<TopicRow>> component : components.entrySet()) {
            double mean =
                component.getValue().stream().mapToDouble(TopicRow::mean).average().orElseThrow();
            rows.add(new Row(side, component.getKey(), mean, statistics.get(next++)));
          }
        });
    return rows;
  }

  private static Comparison compared(List<TopicRow> rows, Comparison.Settings settings) {
    List<TopicRow> both =
        rows.stream().filter(r -> r.relevant().isPresent() && r.notRelevant().isPresent()).toList();
    return Comparison.of(
        both.stream().mapToDouble(r -> r.notRelevant().orElseThrow()).toArray(),
        both.stream().mapToDouble(r -> r.relevant().orElseThrow()).toArray(),
        settings);
  }
}
