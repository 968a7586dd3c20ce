/**
 * A ranker whose inside is known: a transformer that was compiled and not trained, and a collection
 * for it.
 *
 * <p>{@link io.lucerna.plugin.groundtruth.Collection} makes the texts, {@link
 * io.lucerna.plugin.groundtruth.Rule} says how they rank, {@link
 * io.lucerna.plugin.groundtruth.Compiled} makes weights that rank so.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Let a decoy write where a true node reads.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.groundtruth;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
