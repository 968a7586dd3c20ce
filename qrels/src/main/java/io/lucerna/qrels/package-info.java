/**
 * What is relevant: relevance judgments, and how they are read.
 *
 * <p>{@link io.lucerna.qrels.Qrels} maps topics and documents to grades; {@link
 * io.lucerna.qrels.TrecLines} reads the lines of TREC files, of runs too. For example, {@code
 * Qrels.read(Path.of("qrels.txt"))}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Take a document without a judgment for one of grade 0.
 *   <li>Accept a line that is malformed, or a second judgment of the same document.
 * </ul>
 */
@NullMarked
package io.lucerna.qrels;

import org.jspecify.annotations.NullMarked;
