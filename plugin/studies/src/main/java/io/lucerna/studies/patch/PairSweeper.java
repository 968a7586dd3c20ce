package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.input.QueryFit;
import io.lucerna.topics.ContrastPair;
import java.util.Optional;

/** Sweeps one pair after the other; the outcome depends on the arguments and nothing else. */
@Internal
public interface PairSweeper extends AutoCloseable {

  /** {@return what is being run} */
  ModelCard card();

  /**
   * {@return how a query fits that may be too long for the model; empty where it is read whole}
   *
   * @param query the query's text
   */
  default Optional<QueryFit> fit(String query) {
    return Optional.empty();
  }

  /**
   * Sweeps a pair.
   *
   * @param pair the pair
   * @param unrelated a pair of another query, whose donor is the baseline; empty if there is none
   * @return the scores of all cells and the controls, or why there are none
   */
  PairOutcome sweep(ContrastPair pair, Optional<ContrastPair> unrelated);

  @Override
  void close();
}
