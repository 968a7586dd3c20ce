package io.lucerna.studies.explain;

import io.lucerna.reranker.ScoreParts;

/**
 * A pair whose score was divided.
 *
 * @param qid the topic
 * @param docid the passage's id
 * @param query the query's text
 * @param passage the passage's text
 * @param parts what the score is made of
 */
public record Explained(String qid, String docid, String query, String passage, ScoreParts parts) {}
