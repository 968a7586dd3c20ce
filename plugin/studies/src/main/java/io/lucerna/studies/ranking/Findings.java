package io.lucerna.studies.ranking;

import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Decimals;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What conditions did to a ranking: each topic's values, comparisons with the unchanged model, and
 * the order of the documents.
 */
public final class Findings {
  /** How many topics of a condition show their documents. */
  private static final int SHOWN_TOPICS = 5;

  /** Reranked documents that were or are in the top of this size are shown. */
  private static final int SHOWN_DOCS = 20;

  /** How many conditions a line for people names. */
  private static final int NAMED = 5;

  private final List<Condition> conditions;
  private final Qrels qrels;
  private final int depth;
  private final StudySettings settings;
  private final List<List<ItemScores.Counts>> counts = new ArrayList<>();
  private final List<double[][]> values = new ArrayList<>();
  private final List<List<RankChanges>> orders = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private final List<Contrast> contrasts = new ArrayList<>();
  private List<String> topics = List.of();
  private @Nullable Run baseline;

  Findings(List<Condition> conditions, int depth, Qrels qrels, StudySettings settings) {
    this.conditions = conditions;
    this.depth = depth;
    this.qrels = qrels;
    this.settings = settings;
    for (Condition condition : conditions) {
      int interventions = condition.spec().interventions().size();
      counts.add(new ArrayList<>(Collections.nCopies(interventions, ItemScores.Counts.NONE)));
    }
  }

  /** Adds what each intervention of a condition did in one item. */
  void add(int condition, List<ItemScores.Counts> done) {
    List<ItemScores.Counts> own = counts.get(condition);
    for (int i = 0; i < done.size(); i++) {
      own.set(i, own.get(i).plus(done.get(i)));
    }
  }

  /** Takes the next condition's run. */
  void add(Condition condition, Run run) {
    Run first = baseline;
    if (first == null) {
      first = run;
      baseline = run;
      topics = qrels.topics().stream().filter(run.topics()::contains).toList();
    }
    Evaluation evaluation =
        Evaluation.of(
            run,
            qrels,
            settings.measures(),
            Evaluation.Options.DEFAULT.withLevel(settings.level()));
    values.add(
        settings.measures().stream()
            .map(measure -> evaluation.values(measure, topics))
            .toArray(double[][]::new));
    orders.add(order(first, run));
    if (run != first) {
      moves(condition, first, run);
    }
  }

  private static Ranking ranking(Run run, String topic) {
    return run.ranking(topic).orElseThrow();
  }

  private List<RankChanges> order(Run before, Run after) {
    return topics.stream()
        .map(
            topic ->
                RankChanges.of(ranking(before, topic).top(depth), ranking(after, topic).top(depth)))
        .toList();
  }

  private void moves(Condition condition, Run before, Run after) {
    double[] was = values.getFirst()[0];
    double[] is = values.getLast()[0];
    List<RankChanges> changes = orders.getLast();
    List<Integer> most =
        IntStream.range(0, topics.size())
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -Math.abs(is[i] - was[i]))
                    .thenComparingLong(i -> -changes.get(i).swappedPairs()))
            .limit(SHOWN_TOPICS)
            .toList();
    for (int i : most) {
      String topic = topics.get(i);
      Ranking first = ranking(before, topic);
      Ranking second = ranking(after, topic);
      Map<String, Integer> places = new HashMap<>();
      for (int place = 0; place < second.size(); place++) {
        places.put(second.docno(place), place);
      }
      for (int place = 0; place < Math.min(depth, first.size()); place++) {
        String docno = first.docno(place);
        int now = places.getOrDefault(docno, -1);
        if (Math.min(place, now) < SHOWN_DOCS) {
          moves.add(
              new Move(
                  condition.id(),
                  topic,
                  docno,
                  qrels.grade(topic, docno),
                  place + 1,
                  now + 1,
                  first.score(place),
                  second.score(now)));
        }
      }
    }
  }

  /** Compares all conditions with the first, when all runs are there. */
  void compare() {
    for (int m = 0; m < settings.measures().size(); m++) {
      double[] before = values.getFirst()[m];
      List<Comparison> results = new ArrayList<>();
      for (int i = 1; i < conditions.size(); i++) {
        results.add(Comparison.of(before, values.get(i)[m], settings.comparison()));
      }
      List<Statistics> statistics = statistics(results);
      for (int i = 1; i < conditions.size(); i++) {
        contrasts.add(
            new Contrast(
                conditions.get(i).id(),
                settings.measures().get(m).irName(),
                statistics.get(i - 1),
                OrderStatistics.of(orders.get(i))));
      }
    }
  }

  private List<Statistics> statistics(List<Comparison> results) {
    List<Comparison> family = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      if (conditions.get(i + 1).isTested()) {
        family.add(results.get(i));
      }
    }
    Iterator<Statistics> tested = Statistics.of(family, settings.correction()).iterator();
    List<Statistics> all = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      Condition condition = conditions.get(i + 1);
      all.add(
          condition.isTested()
              ? tested.next()
              : condition.kind() == Condition.Kind.DIRECTION
                  ? Statistics.untested(results.get(i))
                  : Statistics.of(List.of(results.get(i)), Correction.NONE).getFirst());
    }
    return all;
  }

  /** {@return the topics that were compared, in the order of the judgments} */
  public List<String> topics() {
    return topics;
  }

  /** {@return what is wrong: interventions that changed no text} */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      for (int j = 0; j < counts.get(i).size(); j++) {
        if (counts.get(i).get(j).touched() == 0) {
          problems.add(
              "condition "
                  + conditions.get(i).id()
                  + " changed nothing by '"
                  + conditions.get(i).spec().interventions().get(j)
                  + "'");
        }
      }
    }
    return problems;
  }

  /** The conditions that left positions as they were, which a recording has no counterpart for. */
  List<Unmatched> unmatched() {
    List<Unmatched> all = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      ItemScores.Counts sum =
          counts.get(i).stream().reduce(ItemScores.Counts.NONE, ItemScores.Counts::plus);
      if (sum.missing() > 0) {
        all.add(new Unmatched(conditions.get(i).id(), sum.positions(), sum.missing()));
      }
    }
    return all;
  }

  /** {@return a few lines for people} */
  public List<String> summary() {
    List<String> lines = new ArrayList<>();
    Set<String> tested =
        conditions.stream()
            .filter(Condition::isTested)
            .map(Condition::id)
            .collect(Collectors.toSet());
    for (Measure measure : settings.measures()) {
      List<Contrast> measured =
          contrasts.stream().filter(c -> c.measure().equals(measure.irName())).toList();
      List<Contrast> own =
          measured.stream()
              .filter(c -> tested.contains(c.condition()))
              .sorted(Comparator.comparingDouble(c -> -Math.abs(c.statistics().change())))
              .toList();
      long sure = own.stream().filter(c -> c.statistics().significant()).count();
      String largest =
          String.join(
              ", ",
              own.stream()
                  .filter(c -> c.statistics().change() != 0)
                  .limit(NAMED)
                  .map(c -> c.condition() + " " + Decimals.signed(c.statistics().change(), 4))
                  .toList());
      lines.add(
          String.format(
              Locale.ROOT,
              "%s %s over %s; changed by %d of %s (t-test, %s, p < %s)%s%s",
              measure.irName(),
              Decimals.rounded(measured.getFirst().statistics().baseline(), 4),
              Counted.of(topics.size(), "topic"),
              sure,
              Counted.of(own.size(), "condition"),
              settings.correction(),
              Statistics.ALPHA,
              largest.isEmpty() ? "" : "; most: " + largest,
              detectable(own)));
    }
    lines.addAll(DoseResponse.lines(doseResponse(), settings.measures().getFirst().irName()));
    Unmatched.line(unmatched(), conditions.size() - 1).ifPresent(lines::add);
    return lines;
  }

  /**
   * {@return what each dose of a vector does, by each measure, next to what random directions of
   * its length do; empty if no doses are studied}
   */
  public List<DoseResponse> doseResponse() {
    return DoseResponse.of(conditions, contrasts);
  }

  private static String detectable(List<Contrast> own) {
    OptionalDouble change = Statistics.detectable(own.stream().map(Contrast::statistics).toList());
    return change.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "; with as many topics, a change of %.4f would be found in 80%% of studies (before"
                + " correction; median of the conditions)",
            change.getAsDouble());
  }

  List<Condition> conditions() {
    return conditions;
  }

  /**
   * Each topic's change under a condition.
   *
   * @param condition its id
   * @param measure the measure's name in ir-measures, which was measured
   */
  double[] changes(String condition, String measure) {
    int m = settings.measures().stream().map(Measure::irName).toList().indexOf(measure);
    int c = conditions.stream().map(Condition::id).toList().indexOf(condition);
    double[] before = values.getFirst()[m];
    double[] after = values.get(c)[m];
    return IntStream.range(0, topics.size()).mapToDouble(t -> after[t] - before[t]).toArray();
  }

  StudySettings settings() {
    return settings;
  }

  /** {@return the values of all conditions, topics and measures, the first condition's included} */
  public Stream<TopicValue> topicValues() {
    return IntStream.range(0, conditions.size())
        .boxed()
        .flatMap(c -> IntStream.range(0, topics.size()).boxed().flatMap(t -> values(c, t)));
  }

  private Stream<TopicValue> values(int condition, int topic) {
    return IntStream.range(0, settings.measures().size())
        .mapToObj(
            m -> {
              double value = values.get(condition)[m][topic];
              double baseline = values.getFirst()[m][topic];
              return new TopicValue(
                  conditions.get(condition).id(),
                  topics.get(topic),
                  settings.measures().get(m).irName(),
                  value,
                  baseline,
                  value - baseline);
            });
  }

  /** {@return every condition but the first against it, measure by measure} */
  public List<Contrast> contrasts() {
    return List.copyOf(contrasts);
  }

  /**
   * {@return a condition against the unchanged model}
   *
   * @param condition its id
   * @param measure its name in any spelling, such as {@code nDCG@10} or {@code ndcg_cut.10}
   * @throws IllegalArgumentException if there is no such comparison; the message names those that
   *     there are
   */
  public Contrast contrast(String condition, String measure) {
    String name = Measure.parse(measure).irName();
    return contrasts.stream()
        .filter(c -> c.condition().equals(condition) && c.measure().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no "
                        + name
                        + " of condition "
                        + condition
                        + "; there are "
                        + contrasts.stream()
                            .map(c -> c.condition() + " by " + c.measure())
                            .collect(Collectors.joining(", "))));
  }

  /** {@return what each condition but the first did to the order of each topic's documents} */
  public Stream<TopicOrder> topicOrders() {
    return IntStream.range(1, conditions.size())
        .boxed()
        .flatMap(
            c ->
                IntStream.range(0, topics.size())
                    .mapToObj(
                        t ->
                            new TopicOrder(
                                conditions.get(c).id(),
                                topics.get(t),
                                TopicMoves.of(orders.get(c).get(t)))));
  }

  /**
   * {@return documents at the top of the rankings without and with each condition, of the topics
   * that changed most}
   */
  public List<Move> moves() {
    return List.copyOf(moves);
  }
}
