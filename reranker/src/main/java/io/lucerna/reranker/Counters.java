package io.lucerna.reranker;

import java.time.Duration;

/**
 * What a ranker has done since it was opened: numbers that only grow, for any registry of metrics
 * to read, as in Micrometer's {@code FunctionCounter.builder("pairs", ranker.counters(),
 * Counters::pairs)}. Thread-safe; not closed with the ranker.
 */
public interface Counters {
  /** {@return the number of calls that returned scores} */
  long calls();

  /** {@return the number of calls that threw} */
  long failures();

  /** {@return the number of passages that were scored} */
  long pairs();

  /** {@return the number of token ids that the model saw of them: of pairs, for a cross-encoder} */
  long tokens();

  /** {@return the number of passages, or pairs, that were cut to the model's limit} */
  long truncations();

  /**
   * {@return the time of all calls, by the clock, waiting included; those of several threads add
   * up}
   */
  Duration time();
}
