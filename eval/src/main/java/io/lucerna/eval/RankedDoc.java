package io.lucerna.eval;

import io.lucerna.base.Given;

/** A document with its score in a {@link Ranking}. */
public record RankedDoc(String docno, float score) {
  /** Checks that there is an id. */
  public RankedDoc {
    Given.value(docno, "the document's id");
  }
}
