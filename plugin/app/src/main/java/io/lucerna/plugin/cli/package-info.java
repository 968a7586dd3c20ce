/**
 * What every command shares: its options are parsed, it talks to a console, and ends with an exit
 * code.
 */
@NullMarked
package io.lucerna.plugin.cli;

import org.jspecify.annotations.NullMarked;
