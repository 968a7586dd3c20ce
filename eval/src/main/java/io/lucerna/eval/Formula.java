package io.lucerna.eval;

/** How a measure values one topic. */
@FunctionalInterface
interface Formula {
  /**
   * @param level the lowest grade that counts as relevant
   */
  double of(JudgedRanking topic, int level);
}
