package io.lucerna.explorer;

/**
 * What is asked.
 *
 * @param id the topic's id; empty for a query that is typed in
 * @param query its text
 */
public record Topic(String id, String query) {}
