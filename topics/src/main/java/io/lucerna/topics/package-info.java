/**
 * What is asked: topics, topic files, contrast pairs, and the bundled demonstration collection.
 *
 * <p>A {@link io.lucerna.topics.TopicSet} is read by {@link io.lucerna.topics.TopicReader}, which
 * infers the {@link io.lucerna.topics.TopicFormat}. A {@link io.lucerna.topics.ContrastPair} is a
 * query with a passage and a changed version of it; {@link io.lucerna.topics.ContrastPairs} reads
 * files of them. For example, {@code TopicReader.read(Path.of("topics.tsv"))}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Read a topic differently from Anserini: ids and queries are those of its readers, and a
 *       test compares them.
 *   <li>Guess between two formats that would give different queries.
 * </ul>
 */
@NullMarked
package io.lucerna.topics;

import org.jspecify.annotations.NullMarked;
