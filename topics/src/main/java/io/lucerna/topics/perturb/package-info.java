/**
 * Perturbations: from a query and a passage to changed passages, each with the map of what was
 * changed. Statistics and analysis are those of a Lucene index.
 */
@NullMarked
package io.lucerna.topics.perturb;

import org.jspecify.annotations.NullMarked;
