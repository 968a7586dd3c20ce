/** Scores (query, passage) pairs with a neural ranker and reorders Lucene hits. */
@NullMarked
package io.lucerna.reranker;

import org.jspecify.annotations.NullMarked;
