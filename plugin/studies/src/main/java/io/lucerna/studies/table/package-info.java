/**
 * Tables in CSV, by RFC 4180.
 *
 * <p>A table that is written is read back by the same names: undefined values are empty, and
 * numbers read back as the same double.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Round a number that is written: pages and LaTeX round, files do not.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.table;

import org.jspecify.annotations.NullMarked;
