/**
 * How faithful explanations are: what happens to scores and rankings without the tokens that a
 * method holds to matter most, and whether people marked these.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Show a method without random order beside it.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.explain.evaluation;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
