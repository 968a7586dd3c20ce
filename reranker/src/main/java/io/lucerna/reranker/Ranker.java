package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.reranker.input.QueryFit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Scores passages for a query with a neural ranker. Higher is better. Implementations are safe for
 * use by several threads; the scores of a call depend on nothing but its arguments.
 *
 * <p>No native memory crosses {@code score}. An interrupt of a thread that scores ends its call
 * with a {@link CallInterruptedException} once the batches that were begun have ended; the thread
 * stays interrupted.
 */
public interface Ranker extends AutoCloseable {

  /**
   * Scores every passage for the query, in the order given.
   *
   * @param query the query's text, truncated as {@link ScorerOptions#truncation} says
   * @param passages the passages' texts, truncated where the model's limit requires it
   * @param hooks observers and interventions for this call
   * @return one finite score per passage
   * @throws IllegalStateException if the ranker is closed
   * @throws IllegalArgumentException if something is null, the query is too long and truncation is
   *     strict, or a hook names a point that the model lacks
   * @throws ScoreException if a score is not finite
   * @throws CallInterruptedException if the thread is interrupted
   */
  PairScores score(String query, List<String> passages, Hooks hooks);

  /**
   * Scores every passage for the query without hooks.
   *
   * @param query the query's text
   * @param passages the passages' texts
   * @return one finite score per passage
   */
  default PairScores score(String query, List<String> passages) {
    return score(query, passages, Hooks.none());
  }

  /**
   * Scores within a time.
   *
   * @param query the query's text
   * @param passages the passages' texts
   * @param hooks observers and interventions for this call
   * @param time how long the call may take; it ends at most one batch later
   * @return one finite score per passage
   * @throws CallCancelledException if that was not enough
   */
  default PairScores score(String query, List<String> passages, Hooks hooks, Duration time) {
    return score(query, passages, hooks, Limit.of(time));
  }

  /**
   * Scores until a limit is reached or cancelled.
   *
   * @param query the query's text
   * @param passages the passages' texts
   * @param hooks observers and interventions for this call
   * @param limit when the call ends; another thread may cancel it
   * @return one finite score per passage
   * @throws CallCancelledException if it was
   */
  default PairScores score(String query, List<String> passages, Hooks hooks, Limit limit) {
    return Given.value(limit, "the limit").call(() -> score(query, passages, hooks));
  }

  /**
   * Fits a spec to this ranker, such as {@code zero blocks.3.attn.hook_z head=2}, whose {@link
   * CompiledSpec#hooks()} a call takes. Recordings and vectors that it names are not looked for:
   * for those there is {@link InterventionSpec#compile}.
   *
   * @param spec interventions separated by semicolons
   * @return the spec's hooks for this ranker
   * @throws SpecSyntaxException if it is malformed or does not fit
   */
  default CompiledSpec compile(String spec) {
    return InterventionSpec.parse(Given.value(spec, "the spec"))
        .compile(reading().points(), reading().sides(), SpecSources.withoutRecordings());
  }

  /**
   * Scores, and keeps what the model computes at some points.
   *
   * @param query the query's text
   * @param passages the passages' texts, any number; memory holds the numbers of all of them, four
   *     bytes each. For more than it can hold, give {@link
   *     io.lucerna.instrumentation.recording.InputActivations#hooks} to {@code score}
   * @param points names and globs of points, such as {@code blocks.*.attn.hook_pattern}
   * @return the numbers, with the tokens that they belong to
   * @throws IllegalArgumentException if something is null, no points are given, or one matches none
   *     of the ranker's
   */
  default ActivationCache cache(String query, List<String> passages, String... points) {
    return cache(query, passages, Hooks.none(), points);
  }

  /**
   * Scores with hooks, and keeps what the model computes at some points after them.
   *
   * @param query the query's text
   * @param passages the passages' texts, any number
   * @param hooks observers and interventions for this call; with some that are not {@link
   *     Hooks#concurrent} one batch follows another
   * @param points names and globs of points
   * @return the numbers, with the tokens that they belong to
   * @throws IllegalArgumentException as the other {@code cache} does
   */
  default ActivationCache cache(
      String query, List<String> passages, Hooks hooks, String... points) {
    return ActivationCache.of(this, query, passages, hooks, points);
  }

  /**
   * Says what a score is made of: parts that add up to it, {@link ExplainOptions#DEFAULT} ones.
   *
   * @param query the query's text
   * @param passage the passage's text
   * @return the score, by token, by component, and by both
   * @throws IllegalArgumentException if something is null, or the query is too long and truncation
   *     is strict
   */
  default ScoreParts explain(String query, String passage) {
    return explain(query, passage, ExplainOptions.DEFAULT);
  }

  /**
   * Says what a score is made of: parts that add up to it.
   *
   * @param query the query's text
   * @param passage the passage's text
   * @param options how it is divided
   * @return the score, by token, by component, and by both
   * @throws IllegalArgumentException if something is null, the query is too long and truncation is
   *     strict, or a text is too long for its tokens to share biases
   */
  default ScoreParts explain(String query, String passage, ExplainOptions options) {
    Given.value(options, "the options");
    float score = score(query, List.of(Given.value(passage, "the passage"))).scores()[0];
    return reading()
        .whileOpen(() -> new Decomposition(reading(), query, passage, options).of(score));
  }

  /**
   * Scores by the residual stream of every layer, read by the model's own head: how early a ranking
   * is there. A bi-encoder compares query and passage of the same layer.
   *
   * @param query the query's text
   * @param passages the passages' texts
   * @return by layer, the embeddings first and the last block last, and by passage; the last are
   *     the ranker's scores, but for the rounding that other batches bring
   * @throws IllegalArgumentException if something is null, or the query is too long and truncation
   *     is strict
   */
  default float[][] lens(String query, List<String> passages) {
    Given.value(query, "the query");
    List<String> texts = Given.list(passages, "passages", "passage");
    Reading reading = reading();
    return reading.whileOpen(() -> reading.lens(query, texts));
  }

  /**
   * Says what every head and MLP writes straight to the scores, where the score is read (direct
   * score attribution): of a bi-encoder's query too, which is read once more for each passage.
   *
   * @param query the query's text
   * @param passages the passages' texts
   * @return by passage, and by what is read: the pair, or query and passage
   * @throws IllegalArgumentException if something is null, or the query is too long and truncation
   *     is strict
   */
  default List<List<ScoreParts.Direct>> direct(String query, List<String> passages) {
    Given.value(query, "the query");
    List<String> texts = Given.list(passages, "passages", "passage");
    Reading reading = reading();
    return reading.whileOpen(
        () ->
            reading
                .model()
                .runAll(
                    texts.stream()
                        .<Callable<List<ScoreParts.Direct>>>map(
                            text ->
                                () ->
                                    new Decomposition(reading, query, text, ExplainOptions.DEFAULT)
                                        .direct())
                        .toList()));
  }

  /** {@return what was done since the ranker was opened} */
  default Counters counters() {
    return reading().counters();
  }

  /**
   * {@return a view for one caller that goes through many topics in order, and that does not
   * compute again what it still knows from earlier ones: a bi-encoder's vector of a passage that
   * came before} It is not thread-safe, and its results depend on the order of the calls (within
   * the bound for batch against single), so that a given order of topics repeats bit for bit.
   *
   * @param passages the most passages to remember
   */
  default Ranker remembering(int passages) {
    return this;
  }

  /**
   * {@return how sparse the texts were that were read since the ranker was opened, each counted as
   * often as it was read; empty for a ranker that gives no weights of terms}
   */
  default Optional<Sparsity> sparsity() {
    return Optional.empty();
  }

  /**
   * How a query fits that may be too long for the model: nothing is scored.
   *
   * @param query the query's text
   * @return empty where the query is read whole with any passage
   */
  default Optional<QueryFit> fit(String query) {
    return reading().whileOpen(() -> reading().tokenizer().fit(Given.value(query, "the query")));
  }

  /** {@return how it reads, step by step: for those who record, patch, or look inside} */
  Reading reading();

  /** {@return what is being run: for reports and provenance} */
  default ModelCard card() {
    return reading().card();
  }

  /**
   * Refuses calls from now on, waits for those that run, and frees the memory. Closing again does
   * nothing.
   *
   * @throws IllegalStateException if a hook of a running call closes the ranker, which would wait
   *     for itself
   */
  @Override
  default void close() {
    reading().close();
  }
}
