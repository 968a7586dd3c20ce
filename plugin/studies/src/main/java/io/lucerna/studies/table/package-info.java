/**
 * Tables in CSV, by RFC 4180.
 *
 * <p>A record is the one declaration of a table's columns: {@link io.lucerna.studies.table.Table}
 * writes and reads it, undefined values are empty, and numbers read back as the same double. For
 * example, {@code Table.of(HeadChange.class, "layer", "attention_head")} is a table whose rows are
 * named by two of its columns.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Round a number that is written: pages and LaTeX round, files do not.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.studies.table;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
