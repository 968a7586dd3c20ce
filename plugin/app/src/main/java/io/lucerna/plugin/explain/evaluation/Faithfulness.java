package io.lucerna.plugin.explain.evaluation;

import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.explain.evaluation.PairCurves.MethodCurves;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.ranking.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.DoubleStream;

/** What all pairs together say of each method, with topics as units. */
final class Faithfulness {
  static final String AOPC_DELETION = "AOPC deletion";
  static final String AOPC_INSERTION = "AOPC insertion";
  static final String TOKEN_AUC = "token AUC";
  static final String NDCG = "nDCG@10 after deletion";

  private static final Measure MEASURE = Measure.parse("nDCG@10");

  /** A row for each method and pair. */
  public record PairRow(
      String method,
      String qid,
      String docid,
      int tokens,
      double score,
      double empty,
      double aopcDeletion,
      double aopcInsertion,
      OptionalDouble auc) {}

  /**
   * A row for each measure and method.
   *
   * @param statistics the method (value) against the decomposition (baseline) over topics
   */
  public record Row(String measure, String method, Statistics statistics) {}

  private final List<PairId> pairs;
  private final List<PairCurves> outcomes;
  private final Qrels qrels;

  /**
   * @param pairs those with tokens
   * @param outcomes of each
   * @param qrels judgments; none for no rankings
   */
  Faithfulness(List<PairId> pairs, List<PairCurves> outcomes, Qrels qrels) {
    this.pairs = pairs;
    this.outcomes = outcomes;
    this.qrels = qrels;
  }

  List<PairRow> pairs() {
    List<PairRow> rows = new ArrayList<>();
    for (TokenMethod method : TokenMethod.values()) {
      for (int i = 0; i < pairs.size(); i++) {
        PairCurves pair = outcomes.get(i);
        MethodCurves own = pair.methods().get(method.ordinal());
        rows.add(
            new PairRow(
                method.option(),
                pairs.get(i).qid(),
                pairs.get(i).docid(),
                pair.tokens(),
                pair.score(),
                pair.empty(),
                own.aopcDeletion(pair.score()),
                own.aopcInsertion(pair.empty()),
                Float.isNaN(own.area()) ? OptionalDouble.empty() : OptionalDouble.of(own.area())));
      }
    }
    return rows;
  }

  /** The curves of every method and topic. */
  List<TopicCurve> curves() {
    List<TopicCurve> curves = new ArrayList<>();
    for (TokenMethod method : TokenMethod.values()) {
      for (int share = 0; share < PairCurves.SHARES; share++) {
        int at = share;
        add(
            curves,
            TopicCurve.DELETION,
            method,
            share,
            byTopic(method, (pair, own) -> own.deletion()[at] - pair.score()));
        add(
            curves,
            TopicCurve.INSERTION,
            method,
            share,
            byTopic(method, (pair, own) -> own.insertion()[at] - pair.empty()));
        if (!qrels.topics().isEmpty()) {
          add(
              curves,
              TopicCurve.NDCG,
              method,
              share,
              ndcg((pair, number) -> pair.methods().get(method.ordinal()).deletion()[at]));
        }
      }
    }
    return curves;
  }

  private static void add(
      List<TopicCurve> curves,
      String curve,
      TokenMethod method,
      int share,
      Map<String, Double> values) {
    values.forEach(
        (topic, value) ->
            curves.add(
                new TopicCurve(
                    curve,
                    method.option(),
                    (share + 1.0) / (PairCurves.SHARES + 1),
                    topic,
                    value)));
  }

  /** The mean over each topic's pairs, without those of which it is not defined. */
  private Map<String, Double> byTopic(
      TokenMethod method, ToDoubleBiFunction<PairCurves, MethodCurves> value) {
    Map<String, DoubleStream.Builder> topics = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      PairCurves pair = outcomes.get(i);
      double own = value.applyAsDouble(pair, pair.methods().get(method.ordinal()));
      if (!Double.isNaN(own)) {
        topics.computeIfAbsent(pairs.get(i).qid(), topic -> DoubleStream.builder()).add(own);
      }
    }
    Map<String, Double> means = new LinkedHashMap<>();
    topics.forEach((topic, all) -> means.put(topic, all.build().average().orElseThrow()));
    return means;
  }

  /** nDCG@10 of each judged topic whose passages have these scores. */
  private Map<String, Double> ndcg(ToDoubleBiFunction<PairCurves, Integer> score) {
    Map<String, List<RankedDoc>> topics = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      float own = (float) score.applyAsDouble(outcomes.get(i), i);
      topics
          .computeIfAbsent(pairs.get(i).qid(), topic -> new ArrayList<>())
          .add(new RankedDoc(pairs.get(i).docid(), own));
    }
    topics.keySet().retainAll(qrels.topics());
    List<Ranking> rankings = new ArrayList<>();
    topics.forEach((topic, docs) -> rankings.add(Ranking.of(topic, docs)));
    Evaluation evaluation =
        Evaluation.of(
            Run.of("left", rankings), qrels, List.of(MEASURE), Evaluation.Options.DEFAULT);
    List<String> names = List.copyOf(topics.keySet());
    double[] values = evaluation.values(MEASURE, names);
    Map<String, Double> byTopic = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      byTopic.put(names.get(i), values[i]);
    }
    return byTopic;
  }

  /** nDCG@10 with all tokens, over topics; empty without judgments. */
  OptionalDouble ndcg() {
    return qrels.topics().isEmpty()
        ? OptionalDouble.empty()
        : ndcg((pair, number) -> pair.score()).values().stream().mapToDouble(v -> v).average();
  }

  /** Every measure of every method against the decomposition's. */
  List<Row> rows(List<TopicCurve> curves, Comparison.Settings settings, Correction correction) {
    Map<String, Map<TokenMethod, Map<String, Double>>> measures = new LinkedHashMap<>();
    for (TokenMethod method : TokenMethod.values()) {
      put(
          measures,
          AOPC_DELETION,
          method,
          byTopic(method, (pair, own) -> own.aopcDeletion(pair.score())));
      put(
          measures,
          AOPC_INSERTION,
          method,
          byTopic(method, (pair, own) -> own.aopcInsertion(pair.empty())));
      put(measures, TOKEN_AUC, method, byTopic(method, (pair, own) -> own.area()));
      Map<String, DoubleStream.Builder> left = new LinkedHashMap<>();
      curves.stream()
          .filter(c -> c.curve().equals(TopicCurve.NDCG) && c.method().equals(method.option()))
          .forEach(
              c -> left.computeIfAbsent(c.topic(), topic -> DoubleStream.builder()).add(c.value()));
      Map<String, Double> means = new LinkedHashMap<>();
      left.forEach((topic, all) -> means.put(topic, all.build().average().orElseThrow()));
      put(measures, NDCG, method, means);
    }
    List<Row> rows = new ArrayList<>();
    measures.forEach(
        (measure, methods) -> rows.addAll(rows(measure, methods, settings, correction)));
    return rows;
  }

  private static void put(
      Map<String, Map<TokenMethod, Map<String, Double>>> measures,
      String measure,
      TokenMethod method,
      Map<String, Double> values) {
    if (!values.isEmpty()) {
      measures.computeIfAbsent(measure, name -> new LinkedHashMap<>()).put(method, values);
    }
  }

  private static List<Row> rows(
      String measure,
      Map<TokenMethod, Map<String, Double>> methods,
      Comparison.Settings settings,
      Correction correction) {
    List<TokenMethod> names = List.copyOf(methods.keySet());
    List<double[]> values =
        methods.values().stream()
            .map(own -> own.values().stream().mapToDouble(v -> v).toArray())
            .toList();
    List<Statistics> statistics =
        new ArrayList<>(
            Statistics.of(
                List.of(Comparison.of(values.getFirst(), values.getFirst(), settings)),
                Correction.NONE));
    statistics.addAll(
        Statistics.of(
            values.stream()
                .skip(1)
                .map(own -> Comparison.of(values.getFirst(), own, settings))
                .toList(),
            correction));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      rows.add(new Row(measure, names.get(i).option(), statistics.get(i)));
    }
    return rows;
  }

  /** The most, and the mean, by which integrated gradients miss the score's change. */
  double[] residuals() {
    double[] all = outcomes.stream().mapToDouble(PairCurves::residual).toArray();
    return new double[] {
      Arrays.stream(all).max().orElse(0), Arrays.stream(all).average().orElse(0)
    };
  }
}
