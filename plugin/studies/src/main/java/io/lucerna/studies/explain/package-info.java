/**
 * Parts of scores as people read them: words in place of tokens, and what one passage's score has
 * beyond another's.
 *
 * <p>{@code explain} and the explorer both show {@link io.lucerna.studies.explain.Words} and {@link
 * io.lucerna.studies.explain.Difference}.
 */
@Internal
@NullMarked
package io.lucerna.studies.explain;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
