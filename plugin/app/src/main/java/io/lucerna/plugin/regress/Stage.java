package io.lucerna.plugin.regress;

/** The parts of a regression that can be asked for alone. */
public enum Stage {
  /** Building the index and checking what it holds. */
  INDEX,
  /** The first stages. */
  SEARCH,
  /** Neural reranking, with and without interventions. */
  RERANK
}
