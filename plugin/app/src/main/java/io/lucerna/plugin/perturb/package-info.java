/** Contrast pairs of the candidates of a run. */
@NullMarked
package io.lucerna.plugin.perturb;

import org.jspecify.annotations.NullMarked;
