package io.lucerna.studies.ranking;

import io.lucerna.eval.Correlation;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.Measure;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What taking away each head of a model does to nDCG@10, in the way that comes first, next to the
 * heads' effects in a patching study.
 *
 * @param cells one for each head, by layer
 * @param changes for each of them, the change of each topic
 */
record Screen(List<HeadChange> cells, List<double[]> changes) {
  private static final String NDCG = Measure.parse("nDCG@10").irName();

  /** The screen of all heads; empty if a head was left out or nDCG@10 was not measured. */
  static Optional<Screen> of(Findings findings, ModelCard model, Map<Head, Double> effects) {
    Map<String, Condition> conditions =
        findings.conditions().stream()
            .filter(condition -> condition.kind() == Condition.Kind.HEAD)
            .collect(Collectors.toMap(Condition::id, condition -> condition));
    Set<Head> seen = new HashSet<>();
    List<HeadChange> cells = new ArrayList<>();
    List<double[]> changes = new ArrayList<>();
    for (Contrast contrast : findings.contrasts()) {
      Condition condition = conditions.get(contrast.condition());
      if (condition != null && contrast.measure().equals(NDCG)) {
        int layer = condition.layer().orElseThrow();
        int head = condition.head().orElseThrow();
        if (!seen.add(new Head(layer, head))) {
          continue; // taken away in another way before
        }
        Double effect = effects.get(new Head(layer, head));
        cells.add(
            new HeadChange(
                layer,
                head,
                contrast.statistics().change(),
                contrast.statistics().pTAdjusted(),
                effect == null ? OptionalDouble.empty() : OptionalDouble.of(effect)));
        changes.add(findings.changes(contrast.condition(), NDCG));
      }
    }
    return cells.size() == model.layers() * model.heads()
        ? Optional.of(new Screen(cells, changes))
        : Optional.empty();
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
