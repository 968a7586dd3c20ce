/**
 * Reports on studies of rankings, made from a study's files alone.
 *
 * <p>{@link io.lucerna.studies.report.StudyReport} reads the folder that a study wrote and writes a
 * page, pictures, and tables for Markdown and LaTeX.
 *
 * <p>For example, {@code lucerna report studies/cacm-heads} writes {@code report.html} again.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Compute a number here: the page shows what the tables of the study say, and a reader can
 *       check it.
 *   <li>Load anything from the network.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.studies.report;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
