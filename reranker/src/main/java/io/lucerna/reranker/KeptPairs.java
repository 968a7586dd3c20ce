package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.replay.Kept;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The passages of one query, to be scored with one set of hooks after the other: what the model
 * computes of them without hooks is kept, and nothing below the lowest hook is computed again.
 *
 * <p>Scores are those of the ranker, bit for bit. Thread-safe. What is kept is native memory, until
 * this is closed.
 */
public final class KeptPairs implements AutoCloseable {
  private final Ranker ranker;
  private final String query;
  private final List<String> passages;
  private final Side side;
  private final List<TokenSequence> inputs;
  private final Kept kept;

  /**
   * Reads the passages without hooks.
   *
   * @param ranker what scores; it stays the caller's
   * @param query the query's text
   * @param passages the passages' texts
   * @param bytes the most to keep; the less it is, the more is computed again
   * @throws IllegalArgumentException if something is null, or the query is too long and truncation
   *     is strict
   * @throws IllegalStateException if the ranker is closed
   */
  public KeptPairs(Ranker ranker, String query, List<String> passages, long bytes) {
    this.ranker = Given.value(ranker, "the ranker");
    this.query = Given.value(query, "the query");
    this.passages = Given.list(passages, "passages", "passage");
    Reading reading = ranker.reading();
    this.side = reading.sides().getLast();
    this.inputs = reading.inputs(side, query, passages);
    this.kept =
        Kept.of(reading.model(), reading.batches(side, inputs), asked(reading, query), bytes);
  }

  private KeptPairs(KeptPairs known, String query) {
    this.ranker = known.ranker;
    this.query = query;
    this.passages = known.passages;
    this.side = known.side;
    Reading reading = ranker.reading();
    // Of the query come the roles of their tokens.
    this.inputs = reading.inputs(side, query, passages);
    this.kept = known.kept.as(reading.batches(side, inputs), asked(reading, query));
  }

  private static List<TokenBatch> asked(Reading reading, String query) {
    return reading.sides().contains(Side.QUERY)
        ? reading.batches(Side.QUERY, List.of(reading.input(Side.QUERY, query, "")))
        : List.of();
  }

  /**
   * The same passages for another query, where the model reads a passage without its query: only
   * the query is read. What was kept is shared, until one of both is closed.
   *
   * @param other the other query's text
   * @return the pairs; empty if the model reads query and passage together
   * @throws IllegalArgumentException if the query is null
   * @throws IllegalStateException if this, or the ranker, is closed
   */
  public Optional<KeptPairs> of(String other) {
    Given.value(other, "the query");
    return side == Side.PASSAGE ? Optional.of(new KeptPairs(this, other)) : Optional.empty();
  }

  /**
   * Scores the passages, as {@link Ranker#score(String, List, Hooks)} does.
   *
   * @param hooks observers and interventions for this call
   * @return one finite score per passage
   * @throws IllegalArgumentException if a hook names a point that the model lacks
   * @throws IllegalStateException if this, or the ranker, is closed
   * @throws ScoreException if a score is not finite
   */
  public PairScores score(Hooks hooks) {
    Given.value(hooks, "the argument hooks");
    // Without hooks, a bi-encoder reads passages that repeat once, in other batches.
    boolean others =
        side == Side.PASSAGE && hooks.isEmpty() && Set.copyOf(passages).size() < passages.size();
    if (hooks.goBack() || others) {
      return ranker.score(query, passages, hooks);
    }
    Reading reading = ranker.reading();
    return reading.counters().count(() -> reading.whileOpen(() -> scores(reading, hooks)));
  }

  private PairScores scores(Reading reading, Hooks hooks) {
    Hooks call = hooks.begun();
    Hooks inside = reading.inside(call);
    List<TokenBatch> batches = kept.batches();
    List<float[][]> all = kept.forwardAll(inside);
    float[] fixed = side == Side.PASSAGE ? all.getFirst()[0] : new float[0];
    List<float[][]> outputs = all.subList(all.size() - batches.size(), all.size());
    Readout readout = reading.readout(side, fixed);
    float[] scores = new float[inputs.size()];
    for (int i = 0; i < batches.size(); i++) {
      Reading.score(batches.get(i), outputs.get(i), readout, call, scores);
    }
    return PairScores.of(scores, inputs);
  }

  /** {@return what the model reads, by passage: the pair, or a bi-encoder's passage} */
  public List<TokenSequence> inputs() {
    return inputs;
  }

  /** Waits for running calls, and frees what was kept; closing again does nothing. */
  @Override
  public void close() {
    kept.close();
  }
}
