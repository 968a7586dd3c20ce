package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.FirstOrder;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;

/**
 * Predicts what {@link ConditionScorer} computes: the score of a pair under a condition is the
 * plain score, to the bit, and the {@linkplain FirstOrder first-order} change. The cost hardly
 * grows with the number of conditions: a plain pass, and one there and back; of a bi-encoder also
 * one there and back of the query for each passage, since both sides may be changed.
 *
 * <p>Scores depend on the item and the condition alone. Thread-safe; each call uses all cores.
 */
public final class ConditionPredictor {
  private final Ranker ranker;
  private final Reading reading;
  private final List<CompiledSpec> conditions;
  private final long numbers;

  /** Takes the predicted scores of a condition. */
  @FunctionalInterface
  public interface Taker {
    /**
     * Called once for each condition, in their order.
     *
     * @param condition its number
     * @param scores of the item's passages with its own query, in their order
     */
    void take(int condition, float[] scores);
  }

  /**
   * Predicts the scores of a ranker, which stays the caller's.
   *
   * @param ranker what scores
   * @param conditions what is done to the ranker in each; an empty spec for nothing
   * @param numbers how many scores are in memory at once, eight bytes each; if an item has more,
   *     its passes are done again for the next conditions
   * @throws IllegalArgumentException if a condition cannot be predicted, as {@link
   *     FirstOrder#check} says
   */
  public ConditionPredictor(Ranker ranker, List<CompiledSpec> conditions, long numbers) {
    this.ranker = Given.value(ranker, "the ranker");
    this.reading = ranker.reading();
    this.conditions = Given.list(conditions, "conditions", "condition");
    this.numbers = numbers;
    this.conditions.forEach(FirstOrder::check);
  }

  /**
   * Predicts the scores of an item under all conditions.
   *
   * @param item the passages, with its own query; others do not count
   * @param taker is given the scores
   * @throws IllegalArgumentException if the query alone exceeds the model's limit
   * @throws IllegalStateException if the ranker is closed
   * @throws ScoreException if a score is not finite
   */
  public void predict(WorkItem item, Taker taker) {
    List<String> texts =
        Given.value(item, "the item").passages().stream().map(WorkItem.Passage::text).toList();
    if (!texts.isEmpty()) {
      predict(item, ranker.score(item.own().text(), texts).scores(), taker);
    }
  }

  /**
   * The same where the plain scores are known.
   *
   * @param item the passages, with its own query; others do not count
   * @param plain what the ranker gives the passages without hooks
   * @param taker is given the scores
   * @throws IllegalArgumentException if the query alone exceeds the model's limit, or there are not
   *     as many scores as passages
   * @throws IllegalStateException if the ranker is closed
   * @throws ScoreException if a score is not finite
   */
  public void predict(WorkItem item, float[] plain, Taker taker) {
    int passages = Given.value(item, "the item").passages().size();
    if (plain.length != passages) {
      throw new IllegalArgumentException(plain.length + " scores of " + passages + " passages");
    }
    if (passages == 0) {
      return;
    }
    int most = (int) Math.clamp(numbers / plain.length, 1, conditions.size());
    for (int from = 0; from < conditions.size(); from += most) {
      List<CompiledSpec> some = conditions.subList(from, Math.min(from + most, conditions.size()));
      double[][] changes = new double[some.size()][plain.length];
      reading.whileOpen(
          () -> {
            add(item, new FirstOrder(some), changes);
            return changes;
          });
      for (int i = 0; i < changes.length; i++) {
        taker.take(from + i, scores(some.get(i), plain, changes[i]));
      }
    }
  }

  private static float[] scores(CompiledSpec condition, float[] plain, double[] changes) {
    float[] scores = new float[plain.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (plain[i] + changes[i]);
      if (!Float.isFinite(scores[i])) {
        throw new ScoreException(
            "the score predicted under '" + condition.spec() + "' is " + scores[i]);
      }
    }
    return scores;
  }

  private void add(WorkItem item, FirstOrder order, double[][] changes) {
    String query = item.own().text();
    List<String> ids = item.passages().stream().map(WorkItem.Passage::id).toList();
    Side side = reading.sides().getLast();
    List<String> texts = item.passages().stream().map(WorkItem.Passage::text).toList();
    List<TokenSequence> inputs = reading.inputs(side, query, texts);
    Hooks hooks = order.hooks(item.own().id(), ids, side, changes);
    if (side == Side.PAIR) {
      if (!hooks.isEmpty()) {
        reading.read(inputs, reading.readout(side, new float[0]), hooks);
      }
      return;
    }
    TokenSequence asked = reading.input(Side.QUERY, query, "");
    float[] vector = reading.outputs(Side.QUERY, List.of(asked), Hooks.none())[0];
    Reading.Read read = reading.read(inputs, reading.readout(side, vector), hooks);
    Hooks ofQuery = order.hooks(item.own().id(), ids, Side.QUERY, changes);
    if (!ofQuery.isEmpty()) {
      reading.goBackToQuery(asked, read.outputs(), ofQuery);
    }
  }
}
