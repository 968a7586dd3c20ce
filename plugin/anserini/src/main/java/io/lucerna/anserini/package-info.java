/**
 * A neural reranker for Anserini's cascades, and nothing else: no command line, no logging, no ONNX
 * Runtime.
 *
 * <p>{@link io.lucerna.anserini.AnseriniReranker} reads the passages that an index stores ({@link
 * io.lucerna.anserini.StoredPassage}), cleaned by a {@link io.lucerna.anserini.PassageCleaning}.
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
@NullMarked
package io.lucerna.anserini;

import org.jspecify.annotations.NullMarked;
