package io.lucerna.plugin;

import io.lucerna.eval.Ranking;

/**
 * One topic with what the first stage found for it.
 *
 * @param query the text that passages are scored for
 * @param ranking the first stage's ranking, under the topic's id
 */
record Candidates(String query, Ranking ranking) {

  /** The topic's id. */
  String topic() {
    return ranking.topic();
  }
}
