/**
 * Options that several commands have, each declared once.
 *
 * <p>A command lists the beans that it takes in {@code options()}; for example, {@link
 * io.lucerna.plugin.options.ModelOptions} are those of every command that opens a model.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Give an option two names for two commands, or one name two meanings.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.options;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
