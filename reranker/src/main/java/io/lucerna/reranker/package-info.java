/**
 * Scores (query, passage) pairs with a neural ranker and reorders Lucene hits.
 *
 * <p>{@link io.lucerna.reranker.Rankers} opens a model folder as a {@link
 * io.lucerna.reranker.Ranker}: a cross-encoder, a bi-encoder or one of their kin. A {@link
 * io.lucerna.reranker.Reading} is the protocol by which it reads, for whoever scores, records or
 * patches. {@link io.lucerna.reranker.NeuralRescorer} is a Lucene {@code Rescorer} on top of it.
 *
 * {@snippet lang=java :
 *   NeuralRescorer rescorer =
 *       new NeuralRescorer(scorer, queryText, PassageSource.storedField("contents"));
 *   TopDocs first = searcher.search(query, 100);
 *   TopDocs best = rescorer.rescore(searcher, first, 10);
 * }
 *
 * <p>What a ranker reads around the two texts (prompt, prefixes, markers) is decided by its folder;
 * {@code docs/inputs.md} describes it. Text goes in and floats come out: no native memory crosses
 * this package.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Overwrite the caller's array of hits.
 *   <li>Remember anything between calls: the same call must give the same bits. Whoever goes
 *       through topics in a fixed order asks for {@code remembering(n)}.
 *   <li>Return a score that is not finite.
 * </ul>
 */
@NullMarked
package io.lucerna.reranker;

import org.jspecify.annotations.NullMarked;
