package io.lucerna.studies.ranking;

import io.lucerna.eval.Correlation;
import io.lucerna.eval.Measure;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.patch.HeadEffects;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What taking away each head of a model does to nDCG@10, in the way that comes first, next to the
 * heads' effects in a patching study.
 *
 * @param cells one for each head, by layer
 */
record Screen(List<HeadChange> cells) {
  private static final String NDCG = Measure.parse("nDCG@10").irName();

  /** The screen of all heads; empty if a head was left out or nDCG@10 was not measured. */
  static Optional<Screen> of(Findings findings, ModelCard model, @Nullable HeadEffects effects) {
    Map<String, Condition> conditions =
        findings.conditions().stream()
            .filter(condition -> condition.kind() == Condition.Kind.HEAD)
            .collect(Collectors.toMap(Condition::id, condition -> condition));
    Set<Head> seen = new HashSet<>();
    List<HeadChange> cells = new ArrayList<>();
    for (Contrast contrast : findings.contrasts()) {
      Condition condition = conditions.get(contrast.condition());
      if (condition != null && contrast.measure().equals(NDCG)) {
        int layer = condition.layer().orElseThrow();
        int head = condition.head().orElseThrow();
        if (!seen.add(new Head(layer, head))) {
          continue; // taken away in another way before
        }
        cells.add(
            new HeadChange(
                layer,
                head,
                contrast.statistics().change(),
                contrast.statistics().pTAdjusted(),
                effects == null ? OptionalDouble.empty() : effects.of(layer, head)));
      }
    }
    return cells.size() == model.layers() * model.heads()
        ? Optional.of(new Screen(cells))
        : Optional.empty();
  }

  /**
   * How the two maps agree over the heads that both have: in size, and with their signs, where a
   * loss of effectiveness goes with a positive effect. Empty without a patching study.
   */
  Optional<Map<String, Object>> rankCorrelation(long seed, int rounds) {
    List<HeadChange> both =
        cells.stream().filter(cell -> cell.patchingEffect().isPresent()).toList();
    if (both.size() < 3) {
      return Optional.empty();
    }
    double[] losses = both.stream().mapToDouble(cell -> -cell.changeNdcg10()).toArray();
    double[] effects = both.stream().mapToDouble(c -> c.patchingEffect().orElseThrow()).toArray();
    Map<String, Object> fields = correlation(sizes(losses), sizes(effects), seed, rounds);
    fields.put("heads", both.size());
    fields.put("of", "size of change, size of patching effect");
    fields.put("signed", correlation(losses, effects, seed, rounds));
    return Optional.of(fields);
  }

  private static double[] sizes(double[] values) {
    double[] sizes = new double[values.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.abs(values[i]);
    }
    return sizes;
  }

  private static Map<String, Object> correlation(double[] x, double[] y, long seed, int rounds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, "spearman", Correlation.spearman(x, y));
    put(fields, "kendall", Correlation.kendall(x, y));
    put(fields, "p", Correlation.spearmanP(x, y, seed, rounds));
    return fields;
  }

  @SuppressWarnings("NullAway") // null is JSON's word for a number that is not defined
  private static void put(Map<String, Object> fields, String name, double value) {
    fields.put(name, Double.isNaN(value) ? null : (Object) value);
  }
}
