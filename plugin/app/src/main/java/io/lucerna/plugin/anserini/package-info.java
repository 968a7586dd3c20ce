/** Anserini: its searches and indexes, and the reranker for its cascades. */
@NullMarked
package io.lucerna.plugin.anserini;

import org.jspecify.annotations.NullMarked;
