/**
 * What every command shares: its options are parsed, it talks to a console, and it ends with an
 * exit code.
 *
 * <p>A {@link io.lucerna.plugin.cli.Command} is a bean of args4j options with a {@code run} method;
 * {@link io.lucerna.plugin.cli.CommandLine} parses it and prints the help; a {@link
 * io.lucerna.plugin.cli.CommandException} carries the {@link io.lucerna.plugin.cli.ExitCode}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Throw a {@code CommandException} from a class that a library user may call; the command
 *       translates.
 *   <li>Write results to standard error or messages to standard output.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.cli;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
