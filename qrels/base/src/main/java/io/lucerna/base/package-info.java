/**
 * What every module needs of files and names.
 *
 * <p>{@link io.lucerna.base.TextFile} is the only way to open a text that a person hands over: it
 * decompresses, skips a byte order mark, decodes strictly, and names file and line if something is
 * wrong. {@link io.lucerna.base.AtomicFile} writes files that appear only when they are complete.
 * {@link io.lucerna.base.FolderLock} gives a folder one writer at a time. For example, {@code
 * AtomicFile.write(path, out -> out.write(json))}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Open a text in another way: a test forbids it.
 *   <li>Write a file in place that a reader could find half written.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.base;

import org.jspecify.annotations.NullMarked;
