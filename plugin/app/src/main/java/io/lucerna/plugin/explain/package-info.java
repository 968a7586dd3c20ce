/**
 * Why a passage has its score: what its tokens, and the components of the model, add to it.
 *
 * <p>{@link io.lucerna.plugin.explain.ExplainText} shows it on the terminal; {@link
 * io.lucerna.plugin.explain.ExplainFiles} writes it for programs.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Show parts without what rounding leaves of the score.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.explain;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
