package io.lucerna.reranker;

/** How what a model made of a query is compared with what it made of a passage. */
@FunctionalInterface
interface Comparison {
  /** The score of two outputs. */
  float of(float[] query, float[] passage);
}
