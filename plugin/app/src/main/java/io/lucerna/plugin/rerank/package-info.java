/** Candidates through a ranker, with interventions, and what is written beside the run. */
@NullMarked
package io.lucerna.plugin.rerank;

import org.jspecify.annotations.NullMarked;
