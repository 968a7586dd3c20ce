/**
 * Studies of what interventions do to a ranking: the same candidates reranked under many
 * conditions, measured, and compared with the model as it is.
 */
@NullMarked
package io.lucerna.studies.ranking;

import org.jspecify.annotations.NullMarked;
