/**
 * Runs compared with a baseline, for {@code compare}.
 *
 * <p>A {@link io.lucerna.plugin.compare.RunComparison} has all contrasts, {@link
 * io.lucerna.plugin.compare.ComparisonText} prints them, and {@link
 * io.lucerna.plugin.compare.ComparisonCsv} writes the values of every topic and the table.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Compare a measure that is not a mean over topics.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.compare;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
