/**
 * Perturbations: from a query and a passage to changed passages, each with a map of the changes.
 *
 * <p>{@link io.lucerna.topics.perturb.Perturbations} makes contrast pairs. A {@link
 * io.lucerna.topics.perturb.Perturbation} changes a {@link io.lucerna.topics.perturb.Subject};
 * {@link io.lucerna.topics.perturb.PerturbationNames} is the table of those with a name, most of
 * them axioms of retrieval. Statistics and analysis are those of a Lucene index.
 *
 * <p>For example, {@code PerturbationNames.parse("TFC1:start")} puts one more random query term
 * before the passage.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Draw at random from anything but seed, topic, document and name: a pair must not depend on
 *       which others are made.
 *   <li>Change the count of a term that the definition does not name.
 * </ul>
 */
@NullMarked
package io.lucerna.topics.perturb;

import org.jspecify.annotations.NullMarked;
