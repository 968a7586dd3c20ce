/**
 * The commands, one class each; {@link io.lucerna.plugin.Main} has the table of them.
 *
 * <p>A command has options, an example that a test parses, and a {@code run} that translates
 * options into calls of the classes that do the work. Options of several commands are beans of
 * {@code io.lucerna.plugin.options}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Do the work here: what a library user may want belongs into a module without a command
 *       line.
 *   <li>Declare an option that a bean already has.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.commands;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
