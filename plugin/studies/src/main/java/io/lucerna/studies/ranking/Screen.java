package io.lucerna.studies.ranking;

import io.lucerna.eval.Correlation;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.Measure;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What taking away each head of a model does to nDCG@10, next to the heads' effects in a patching
 * study: in the first way in which all heads were taken away.
 *
 * @param cells one for each head, in the order of the conditions
 * @param changes for each of them, the change of each topic
 */
record Screen(List<HeadChange> cells, List<double[]> changes) {
  private static final String NDCG = Measure.parse("nDCG@10").irName();

  /** The screen of all heads; empty if a head was left out or nDCG@10 was not measured. */
  static Optional<Screen> of(Findings findings, ModelCard model, Map<Head, Double> effects) {
    Map<String, Contrast> contrasts =
        findings.contrasts().stream()
            .filter(contrast -> contrast.measure().equals(NDCG))
            .collect(Collectors.toMap(Contrast::condition, contrast -> contrast));
    Map<String, List<Condition>> ways =
        findings.conditions().stream()
            .filter(one -> one.kind() == Condition.Kind.HEAD && contrasts.containsKey(one.id()))
            .collect(Collectors.groupingBy(Screen::way, LinkedHashMap::new, Collectors.toList()));
    return ways.values().stream()
        .filter(all -> all.size() == model.layers() * model.heads())
        .findFirst()
        .map(all -> of(all, contrasts, findings, effects));
  }

  /** What the ids of heads that are taken away in one way have in common. */
  private static String way(Condition condition) {
    String head = head(condition).toString();
    int at = condition.id().lastIndexOf(head);
    return at < 0
        ? condition.id()
        : condition.id().substring(0, at) + condition.id().substring(at + head.length());
  }

  private static Head head(Condition condition) {
    return new Head(condition.layer().orElseThrow(), condition.head().orElseThrow());
  }

  private static Screen of(
      List<Condition> heads,
      Map<String, Contrast> contrasts,
      Findings findings,
      Map<Head, Double> effects) {
    List<HeadChange> cells = new ArrayList<>();
    List<double[]> changes = new ArrayList<>();
    for (Condition condition : heads) {
      Statistics statistics = Objects.requireNonNull(contrasts.get(condition.id())).statistics();
      Head head = head(condition);
      Double effect = effects.get(head);
      cells.add(
          new HeadChange(
              condition.id(),
              head.layer(),
              head.head(),
              statistics.change(),
              statistics.pTAdjusted(),
              effect == null ? OptionalDouble.empty() : OptionalDouble.of(effect)));
      changes.add(findings.changes(condition.id(), NDCG));
    }
    return new Screen(cells, changes);
  }

  /**
   * How the two maps agree over the heads that both have: in size, and with their signs, where a
   * loss of effectiveness goes with a positive effect; the interval is over topics. Empty without a
   * patching study.
   */
  Optional<Map<String, Object>> rankCorrelation(long seed, int rounds) {
    List<Integer> both =
        IntStream.range(0, cells.size())
            .filter(i -> cells.get(i).patchingEffect().isPresent())
            .boxed()
            .toList();
    if (both.size() < 3) {
      return Optional.empty();
    }
    double[] effects =
        both.stream().mapToDouble(i -> cells.get(i).patchingEffect().orElseThrow()).toArray();
    double[] sizes = Arrays.stream(effects).map(Math::abs).toArray();
    Map<String, Object> fields = correlation(both, Math::abs, sizes, seed, rounds);
    fields.put("heads", both.size());
    fields.put("of", "size of change, size of patching effect");
    fields.put("signed", correlation(both, change -> -change, effects, seed, rounds));
    return Optional.of(fields);
  }

  private Map<String, Object> correlation(
      List<Integer> heads, DoubleUnaryOperator of, double[] effects, long seed, int rounds) {
    double[] losses =
        heads.stream().mapToDouble(i -> of.applyAsDouble(cells.get(i).changeNdcg10())).toArray();
    double[][] byTopic = new double[changes.getFirst().length][heads.size()];
    for (int topic = 0; topic < byTopic.length; topic++) {
      for (int i = 0; i < heads.size(); i++) {
        byTopic[topic][i] = changes.get(heads.get(i))[topic];
      }
    }
    Estimate drawn = Correlation.spearman(byTopic, of, effects, seed, rounds);
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, "spearman", Correlation.spearman(losses, effects));
    put(fields, "ci_lower", drawn.lower());
    put(fields, "ci_upper", drawn.upper());
    put(fields, "kendall", Correlation.kendall(losses, effects));
    put(fields, "p", Correlation.spearmanP(losses, effects, seed, rounds));
    return fields;
  }

  @SuppressWarnings("NullAway") // null is JSON's word for a number that is not defined
  private static void put(Map<String, Object> fields, String name, double value) {
    fields.put(name, Double.isNaN(value) ? null : (Object) value);
  }
}
