/**
 * The rank lens: what a ranking would be if the model ended after each of its layers.
 *
 * <p>{@link io.lucerna.plugin.lens.LensJob} computes; {@link io.lucerna.plugin.lens.LensReport}
 * writes tables, pictures and the page.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Score the last layer in another way than {@code rerank} does.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.lens;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
