/**
 * What a ranker adds to perturbations: which words its embeddings say are alike.
 *
 * <p>Perturbations themselves are in {@link io.lucerna.topics.perturb}.
 */
@NullMarked
package io.lucerna.studies.perturb;

import org.jspecify.annotations.NullMarked;
