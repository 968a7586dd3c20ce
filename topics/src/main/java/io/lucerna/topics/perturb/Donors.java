package io.lucerna.topics.perturb;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** Passages of other documents, to take sentences and words from. */
@FunctionalInterface
public interface Donors {

  /**
   * A passage that is not a candidate of this topic.
   *
   * @param topic the topic's id
   * @param random picks it
   * @return its text; empty if there is none
   */
  Optional<String> passage(String topic, RandomGenerator random);

  /** {@return donors without any passage} */
  static Donors none() {
    return (topic, random) -> Optional.empty();
  }
}
