package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.Touched;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.replay.Conditions;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Scores the same pairs under many conditions, and computes nothing twice that the conditions
 * share: what lies below an intervention; a query's vector; the passages, where only the query is
 * changed; and a passage's vector for all queries, unless what is done to it depends on the query.
 *
 * <p>Scores depend on the item and the condition alone. Not thread-safe; each call uses all cores.
 */
public final class ConditionScorer {
  /** Most numbers kept of queries' vectors. */
  private static final int REMEMBERED = 1 << 25;

  private final Reading reading;
  private final List<CompiledSpec> conditions;
  private final boolean apart;
  private final Side side;

  /**
   * A query under each condition.
   *
   * @param vectors its vectors
   * @param touched what interventions did to it
   */
  private record Learned(List<float[]> vectors, List<List<Touched>> touched) {
    long numbers() {
      return vectors.stream().mapToLong(vector -> vector.length).sum();
    }
  }

  /** The least recently used first. */
  private final Map<WorkItem.Query, Learned> known = new LinkedHashMap<>(16, .75f, true);

  /**
   * Scores with a ranker, which stays the caller's.
   *
   * @param ranker what scores
   * @param conditions what is done to the ranker in each; an empty spec for nothing
   * @throws IllegalArgumentException if one patches queries that are read alone, and names no donor
   */
  public ConditionScorer(Ranker ranker, List<CompiledSpec> conditions) {
    this.reading = Given.value(ranker, "the ranker").reading();
    this.conditions = Given.list(conditions, "conditions", "condition");
    this.apart = reading.sides().contains(Side.QUERY);
    this.side = reading.sides().getLast();
    for (CompiledSpec condition : this.conditions) {
      if (apart && condition.asksForPairs()) {
        throw new IllegalArgumentException(
            "'"
                + condition.spec()
                + "': a query is read once for all its passages, so it is not patched with that of"
                + " each pair; add side=passage or donor=");
      }
    }
  }

  /**
   * Says how the conditions' scores are laid out.
   *
   * @return for each condition, true: each passage of an item with the item's own query; false:
   *     each passage with each of its queries
   */
  public boolean[] perItem() {
    boolean[] perItem = new boolean[conditions.size()];
    for (int i = 0; i < perItem.length; i++) {
      perItem[i] = perItem(i);
    }
    return perItem;
  }

  private boolean perItem(int condition) {
    return !apart || conditions.get(condition).readsAcross(side);
  }

  /**
   * Scores an item under all conditions.
   *
   * @param item the queries and passages
   * @return the scores by condition, laid out as {@link #perItem} says, and what interventions did
   * @throws IllegalArgumentException if a query alone exceeds the model's limit
   * @throws IllegalStateException if the ranker is closed
   * @throws ScoreException if a score is not finite
   */
  public ConditionScores score(WorkItem item) {
    Given.value(item, "the item");
    return reading.whileOpen(() -> scores(item));
  }

  private ConditionScores scores(WorkItem item) {
    List<CompiledSpec> fresh = conditions.stream().map(CompiledSpec::fresh).toList();
    float[][] scores = new float[conditions.size()][];
    List<List<List<Touched>>> touched = new ArrayList<>();
    if (apart) {
      learn(item);
      item.queries().stream().distinct().forEach(q -> touched.add(known(q).touched()));
      vectors(item, fresh, scores);
    }
    pairs(item, fresh, scores);
    forget();
    for (int i = 0; i < scores.length; i++) {
      requireFinite(i, scores[i]);
    }
    touched.add(fresh.stream().map(CompiledSpec::report).toList());
    return new ConditionScores(List.of(scores), sums(touched));
  }

  /** By condition and intervention, the sums of several reports. */
  private static List<List<Touched>> sums(List<List<List<Touched>>> reports) {
    List<List<Touched>> sums = new ArrayList<>();
    for (int condition = 0; condition < reports.getFirst().size(); condition++) {
      List<Touched> own = new ArrayList<>(reports.getFirst().get(condition));
      for (List<List<Touched>> report : reports.subList(1, reports.size())) {
        for (int i = 0; i < own.size(); i++) {
          own.set(i, own.get(i).plus(report.get(condition).get(i)));
        }
      }
      sums.add(own);
    }
    return sums;
  }

  private void requireFinite(int condition, float[] scores) {
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new ScoreException(
            "the model gave the score "
                + score
                + " under '"
                + conditions.get(condition).spec()
                + "'");
      }
    }
  }

  /** Reads the item's queries that are not known. */
  private void learn(WorkItem item) {
    List<WorkItem.Query> missing =
        item.queries().stream().distinct().filter(query -> !known.containsKey(query)).toList();
    List<Learned> learned =
        reading
            .model()
            .runAll(
                missing.stream().<Callable<Learned>>map(query -> () -> learned(query)).toList());
    for (int i = 0; i < learned.size(); i++) {
      known.put(missing.get(i), learned.get(i));
    }
  }

  private Learned learned(WorkItem.Query query) {
    List<CompiledSpec> fresh = conditions.stream().map(CompiledSpec::fresh).toList();
    List<TokenSequence> tokens = List.of(reading.input(Side.QUERY, query.text(), ""));
    List<Hooks> hooks =
        fresh.stream()
            .map(s -> s.hooks(query.id(), List.of(), Side.QUERY).within(reading.model().registry()))
            .toList();
    List<float[][]> outputs =
        Conditions.forwardAll(reading.model(), reading.batches(Side.QUERY, tokens), hooks)
            .getFirst();
    return new Learned(
        outputs.stream().map(rows -> rows[0]).toList(),
        fresh.stream().map(CompiledSpec::report).toList());
  }

  private Learned known(WorkItem.Query query) {
    return Objects.requireNonNull(known.get(query));
  }

  private void forget() {
    long numbers = known.values().stream().mapToLong(Learned::numbers).sum();
    Iterator<Learned> eldest = known.values().iterator();
    while (numbers > REMEMBERED) {
      numbers -= eldest.next().numbers();
      eldest.remove();
    }
  }

  /** Passages of a bi-encoder whose vectors serve all queries. */
  private void vectors(WorkItem item, List<CompiledSpec> specs, float[][] scores) {
    List<WorkItem.Passage> passages =
        item.passages().stream().filter(p -> !p.queries().isEmpty()).toList();
    int[] chosen = choose(i -> !perItem(i));
    int[] starts = new int[passages.size() + 1];
    for (int i = 0; i < passages.size(); i++) {
      starts[i + 1] = starts[i] + passages.get(i).queries().size();
    }
    for (int i : chosen) {
      scores[i] = new float[starts[passages.size()]];
    }
    run(
        item,
        passages,
        chosen,
        specs,
        (condition, batch, outputs) -> {
          for (int row = 0; row < batch.size(); row++) {
            int passage = batch.rows()[row];
            List<Integer> queries = passages.get(passage).queries();
            for (int i = 0; i < queries.size(); i++) {
              float[] query = known(item.queries().get(queries.get(i))).vectors().get(condition);
              scores[condition][starts[passage] + i] =
                  reading.readout(side, query).score(outputs[row]);
            }
          }
        });
  }

  /** Passages that are read with the item's own query, or changed according to it. */
  private void pairs(WorkItem item, List<CompiledSpec> specs, float[][] scores) {
    int[] chosen = choose(this::perItem);
    for (int i : chosen) {
      scores[i] = new float[item.passages().size()];
    }
    run(
        item,
        item.passages(),
        chosen,
        specs,
        (condition, batch, outputs) -> {
          float[] fixed = apart ? known(item.own()).vectors().get(condition) : new float[0];
          Readout readout = reading.readout(side, fixed);
          Hooks hooks = hooks(specs.get(condition), item, item.passages());
          Reading.score(batch, outputs, readout, hooks, scores[condition]);
        });
  }

  private int[] choose(IntPredicate which) {
    return IntStream.range(0, conditions.size()).filter(which).toArray();
  }

  /** Takes what a batch gave under a condition. */
  private interface Outputs {
    void take(int condition, TokenBatch batch, float[][] rows);
  }

  private Hooks hooks(CompiledSpec spec, WorkItem item, List<WorkItem.Passage> passages) {
    return spec.hooks(item.own().id(), passages.stream().map(WorkItem.Passage::id).toList(), side);
  }

  private void run(
      WorkItem item,
      List<WorkItem.Passage> passages,
      int[] chosen,
      List<CompiledSpec> specs,
      Outputs outputs) {
    if (passages.isEmpty() || chosen.length == 0) {
      return;
    }
    List<String> texts = passages.stream().map(WorkItem.Passage::text).toList();
    List<TokenSequence> tokens = reading.inputs(side, item.own().text(), texts);
    List<Hooks> hooks = new ArrayList<>();
    for (int i : chosen) {
      hooks.add(hooks(specs.get(i), item, passages).within(reading.model().registry()));
    }
    List<TokenBatch> batches = reading.batches(side, tokens);
    List<List<float[][]>> all = Conditions.forwardAll(reading.model(), batches, hooks);
    for (int b = 0; b < batches.size(); b++) {
      for (int i = 0; i < chosen.length; i++) {
        outputs.take(chosen[i], batches.get(b), all.get(b).get(i));
      }
    }
  }
}
