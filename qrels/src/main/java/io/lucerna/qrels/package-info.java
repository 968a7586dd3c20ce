/** What is relevant: relevance judgments, how they are read, and grades as strata. */
@NullMarked
package io.lucerna.qrels;

import org.jspecify.annotations.NullMarked;
