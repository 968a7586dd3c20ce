/**
 * What every module needs of files and names.
 *
 * <p>{@link io.lucerna.base.TextFile} is the only way to open a text that a person hands over: it
 * decompresses, skips a byte order mark, decodes strictly and names file and line when something is
 * wrong. {@link io.lucerna.base.AtomicFile} writes files that appear only when they are complete.
 */
@NullMarked
package io.lucerna.base;

import org.jspecify.annotations.NullMarked;
