/** The commands, one class each; {@link io.lucerna.plugin.Main} has the table of them. */
@NullMarked
package io.lucerna.plugin.commands;

import org.jspecify.annotations.NullMarked;
