package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Gradient;

/** How what a model made of a query is compared with what it made of a passage. */
interface Comparison {
  /** The score of two outputs. */
  float of(float[] query, float[] passage);

  /** The derivatives of the score by the query's output. */
  float[] slopeByQuery(float[] query, float[] passage, Gradient kind);

  /** The derivatives of the score by the passage's output. */
  float[] slopeByPassage(float[] query, float[] passage, Gradient kind);
}
