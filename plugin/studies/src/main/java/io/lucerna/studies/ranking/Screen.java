package io.lucerna.studies.ranking;

import io.lucerna.eval.Agreement;
import io.lucerna.eval.Comparison;
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
 * What taking away each head of a model in one way does to nDCG@10, next to the heads' effects in a
 * patching study.
 *
 * @param cells one for each head, in the order of the conditions
 * @param changes for each of them, the change of each topic
 */
record Screen(List<HeadChange> cells, List<double[]> changes) {
  private static final String NDCG = Measure.parse("nDCG@10").irName();

  /**
   * The screens of all heads, one for each way in which all are taken away; none if nDCG@10 was not
   * measured.
   */
  static List<Screen> of(Findings findings, ModelCard model, Map<Head, Double> effects) {
    Map<String, Contrast> contrasts =
        findings.contrasts().stream()
            .filter(contrast -> contrast.measure().equals(NDCG))
            .collect(Collectors.toMap(Contrast::condition, contrast -> contrast));
    Map<String, List<Condition>> ways =
        findings.conditions().stream()
            .filter(one -> one.kind() == Condition.Kind.HEAD && contrasts.containsKey(one.id()))
            .collect(
                Collectors.groupingBy(
                    one -> HeadChange.without(head(one), one.id()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return ways.values().stream()
        .filter(all -> all.size() == model.layers() * model.heads())
        .map(all -> of(all, contrasts, findings, effects))
        .toList();
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
   * What {@code study.json} says of the maps: how the first agrees with the patching study, and in
   * that field's {@code ways} how each other does; and how each other agrees with the first.
   */
  static Map<String, Object> fields(List<Screen> ways, Comparison.Settings settings) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (ways.isEmpty()) {
      return fields;
    }
    Screen first = ways.getFirst();
    List<Screen> others = ways.subList(1, ways.size());
    Optional<Map<String, Object>> patching = first.rankCorrelation(settings);
    if (patching.isPresent()) {
      List<Map<String, Object>> more = new ArrayList<>();
      for (Screen other : others) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("condition", other.cells.getFirst().condition());
        other.rankCorrelation(settings).ifPresent(own::putAll);
        more.add(own);
      }
      if (!more.isEmpty()) {
        patching.get().put("ways", more);
      }
      fields.put("rankCorrelation", patching.get());
    }
    if (!others.isEmpty() && first.changes.getFirst().length > 0) {
      fields.put(
          "wayCorrelations", others.stream().map(way -> way.agreement(first, settings)).toList());
    }
    return fields;
  }

  /**
   * How the changes agree with those of another way, head by head; the interval is over topics, of
   * both.
   */
  private Map<String, Object> agreement(Screen other, Comparison.Settings settings) {
    List<Head> mine = cells.stream().map(HeadChange::head).toList();
    int[] here = other.cells.stream().mapToInt(cell -> mine.indexOf(cell.head())).toArray();
    int[] there = IntStream.range(0, here.length).toArray();
    int[] topics = IntStream.range(0, changes.getFirst().length).toArray();
    double[] own = means(here);
    double[] others = other.means(there);
    Estimate drawn =
        Agreement.of(
                byTopic(here), other.byTopic(there), topics, settings.seed(), settings.rounds())
            .spearman();
    Map<String, Object> fields = new LinkedHashMap<>();
    String one = other.cells.getFirst().condition();
    fields.put("conditions", List.of(one, cells.get(here[0]).condition()));
    fields.put("heads", here.length);
    put(fields, Correlation.spearman(own, others), drawn);
    put(fields, "kendall", Correlation.kendall(own, others));
    return fields;
  }

  private double[] means(int[] heads) {
    return Arrays.stream(heads).mapToDouble(i -> cells.get(i).changeNdcg10()).toArray();
  }

  /** The changes of some heads, by topic. */
  private double[][] byTopic(int[] heads) {
    double[][] byTopic = new double[changes.getFirst().length][heads.length];
    for (int topic = 0; topic < byTopic.length; topic++) {
      for (int i = 0; i < heads.length; i++) {
        byTopic[topic][i] = changes.get(heads[i])[topic];
      }
    }
    return byTopic;
  }

  /**
   * How the map agrees with the patching study's over the heads that both have: in size, and with
   * their signs, where a loss of effectiveness goes with a positive effect; the interval is over
   * topics. Empty without a patching study.
   */
  private Optional<Map<String, Object>> rankCorrelation(Comparison.Settings settings) {
    int[] both =
        IntStream.range(0, cells.size())
            .filter(i -> cells.get(i).patchingEffect().isPresent())
            .toArray();
    if (both.length < 3) {
      return Optional.empty();
    }
    double[] effects =
        Arrays.stream(both).mapToDouble(i -> cells.get(i).patchingEffect().orElseThrow()).toArray();
    double[] sizes = Arrays.stream(effects).map(Math::abs).toArray();
    Map<String, Object> fields = correlation(both, Math::abs, sizes, settings);
    fields.put("heads", both.length);
    fields.put("of", "size of change, size of patching effect");
    fields.put("signed", correlation(both, change -> -change, effects, settings));
    return Optional.of(fields);
  }

  private Map<String, Object> correlation(
      int[] heads, DoubleUnaryOperator of, double[] effects, Comparison.Settings settings) {
    double[] losses = Arrays.stream(means(heads)).map(of).toArray();
    long seed = settings.seed();
    int rounds = settings.rounds();
    Map<String, Object> fields = new LinkedHashMap<>();
    Estimate drawn = Correlation.spearman(byTopic(heads), of, effects, seed, rounds);
    put(fields, Correlation.spearman(losses, effects), drawn);
    put(fields, "kendall", Correlation.kendall(losses, effects));
    put(fields, "p", Correlation.spearmanP(losses, effects, seed, rounds));
    return fields;
  }

  private static void put(Map<String, Object> fields, double spearman, Estimate drawn) {
    put(fields, "spearman", spearman);
    put(fields, "ci_lower", drawn.lower());
    put(fields, "ci_upper", drawn.upper());
  }

  @SuppressWarnings("NullAway") // null is JSON's word for a number that is not defined
  private static void put(Map<String, Object> fields, String name, double value) {
    fields.put(name, Double.isNaN(value) ? null : (Object) value);
  }
}
