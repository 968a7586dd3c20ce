package io.lucerna.eval;

import io.lucerna.base.Given;

/**
 * A document with its score in a {@link Ranking}.
 *
 * @param docno the document's id, as runs and qrels have it
 * @param score finite in a ranking; higher is better
 */
public record RankedDoc(String docno, float score) {
  /** Checks that there is an id. */
  public RankedDoc {
    Given.value(docno, "the document's id");
  }
}
