/**
 * Anserini: its searches and indexes, and the reranker for its cascades.
 *
 * <p>{@link io.lucerna.plugin.anserini.FirstStage} runs a search and makes sure that no topic is
 * lost; {@link io.lucerna.plugin.anserini.AnseriniReranker} is for cascades in your own code.
 *
 * {@snippet lang=java :
 *   AnseriniReranker<String> reranker = new AnseriniReranker<>(scorer, 100, PassageCleaning.NONE);
 *   RerankerCascade<String> cascade = new RerankerCascade<String>("neural").add(reranker);
 * }
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Trust a search that ended without an exception: Anserini drops a topic whose reranker
 *       threw. Ask {@code failures()}.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.anserini;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
