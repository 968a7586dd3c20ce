/**
 * Contrast pairs of judged passages, of candidates, or of ready pairs, for {@code perturb}.
 *
 * <p>A {@link io.lucerna.plugin.perturb.PassageChoice} picks the passages, a {@link
 * io.lucerna.plugin.perturb.PerturbJob} makes the pairs, and a {@link
 * io.lucerna.plugin.perturb.PerturbSummary} counts them and what gave none.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Drop a passage without listing it, with the reason.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.perturb;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
