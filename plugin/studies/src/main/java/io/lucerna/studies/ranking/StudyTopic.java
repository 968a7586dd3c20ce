package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.eval.Ranking;

/**
 * A topic of a study.
 *
 * @param query the text that passages are scored for
 * @param first the first stage's ranking, under the topic's id
 */
@Internal
public record StudyTopic(String query, Ranking first) {
  /** {@return the topic's id} */
  public String id() {
    return first.topic();
  }
}
