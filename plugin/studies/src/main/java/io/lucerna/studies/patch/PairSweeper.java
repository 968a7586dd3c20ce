package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.input.QueryFit;
import io.lucerna.topics.ContrastPair;
import java.util.List;
import java.util.Optional;

/**
 * Sweeps one pair after the other; the outcome depends on the arguments, and but for {@linkplain
 * PairOutcome.Spent seconds} on nothing else.
 */
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
   * @param methods how the scores of patches are found; with several, what they take is measured
   * @return the scores of all cells and the controls, or why there are none
   */
  PairOutcome sweep(
      ContrastPair pair, Optional<ContrastPair> unrelated, List<PatchingSweep.Method> methods);

  @Override
  void close();
}
