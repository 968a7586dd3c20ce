/**
 * Candidates go through a ranker, with interventions; and what is written next to the run.
 *
 * <p>{@link io.lucerna.plugin.rerank.RerankJob} scores the first candidates of each topic and keeps
 * the others in their order; {@link io.lucerna.plugin.rerank.Provenance} writes {@code
 * FILE.meta.json}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Let the order of topics or the number of threads change a score.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.rerank;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
