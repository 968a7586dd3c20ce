/**
 * Anserini: its searches and indexes.
 *
 * <p>{@link io.lucerna.plugin.anserini.FirstStage} runs a search and makes sure that no topic is
 * lost; {@link io.lucerna.plugin.anserini.IndexTexts} has the texts of an index. The reranker for
 * cascades in your own code is an artifact of its own, lucerna-anserini.
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
