package io.lucerna.explorer;

import java.util.List;

/**
 * Scores by layer of the plain model, as {@code lens} computes them.
 *
 * @param passages in the order of the request
 */
record LensAnswer(List<Passage> passages) {
  /**
   * A passage.
   *
   * @param scores the embeddings' first, and the model's own last
   */
  record Passage(String docno, String query, List<Float> scores) {}
}
