/**
 * Patching studies: every pair goes through a sweep, its outcome into a journal or into memory, and
 * from the outcomes come aggregates, tables, pictures and the page.
 *
 * <p>{@link io.lucerna.studies.patch.Patching} gives numbers; {@link
 * io.lucerna.studies.patch.PatchStudy} does the work, and writes files. The aggregates are ratios
 * of sums, means of ratios and medians, with intervals from a bootstrap over whole queries. The
 * command is {@code patch}; {@code docs/patching.md} describes the files.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Aggregate a pair whose score hardly changes: it is excluded, and listed.
 *   <li>Draw single pairs in the bootstrap: those of a query resemble each other.
 *   <li>Skip the controls.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.patch;

import org.jspecify.annotations.NullMarked;
