package io.lucerna.eval;

/** A document with its score in a {@link Ranking}. */
public record RankedDoc(String docno, float score) {}
