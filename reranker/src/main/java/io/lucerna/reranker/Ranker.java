package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.input.QueryFit;
import java.util.List;
import java.util.Optional;

/**
 * Scores passages for a query with a neural ranker. Higher is better. Implementations are safe for
 * use by several threads; the scores of a call depend on nothing but its arguments.
 *
 * <p>No native memory crosses {@code score}. An interrupt of a thread that scores is thrown on as
 * an {@link IllegalStateException} caused by an {@link InterruptedException}, once the work that
 * was begun has ended; the thread stays interrupted.
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
   */
  PairScores score(String query, List<String> passages, Hooks hooks);

  /** Scores every passage for the query without hooks. */
  default PairScores score(String query, List<String> passages) {
    return score(query, passages, Hooks.none());
  }

  /**
   * A view for one caller that goes through many topics in order, and that does not compute again
   * what it still knows from earlier ones: a bi-encoder's vector of a passage that came before. It
   * is not thread-safe, and its results depend on the order of the calls (within the bound for
   * batch against single), so that a given order of topics repeats bit for bit.
   *
   * @param passages the most passages to remember
   */
  default Ranker remembering(int passages) {
    return this;
  }

  /**
   * How sparse the texts were that were read since the ranker was opened, each counted as often as
   * it was read; empty for a ranker that gives no weights of terms.
   */
  default Optional<Sparsity> sparsity() {
    return Optional.empty();
  }

  /**
   * How a query fits that may be too long for the model: nothing is scored.
   *
   * @return empty where the query is read whole with any passage
   */
  default Optional<QueryFit> fit(String query) {
    return reading().whileOpen(() -> reading().tokenizer().fit(Given.value(query, "the query")));
  }

  /** How it reads, step by step: for those who record, patch, or look inside. */
  Reading reading();

  /** What is being run: for reports and provenance. */
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
