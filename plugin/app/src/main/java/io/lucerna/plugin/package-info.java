/**
 * The program: the table of commands, and how a failure ends it.
 *
 * <p>{@link io.lucerna.plugin.Main} has one line for each command. Below it, {@code commands} has
 * one class per command, {@code options} the options that several share, {@code cli} what all
 * commands need; {@code anserini} is the only package that calls Anserini's search. Everything that
 * works without a command line is in {@code io.lucerna.studies} and the modules below.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Exit with 0 if anything that was asked for was not done. Anserini swallows what its
 *       rerankers throw; the commands count topics in and topics out.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
