package io.lucerna.reranker.input;

/**
 * A query that a model cannot always read whole.
 *
 * @param tokens the query's tokens, without those around it
 * @param kept how many of them are certainly read
 * @param refused why it is not scored, where it is not; empty where it is cut
 */
public record QueryFit(int tokens, int kept, String refused) {}
