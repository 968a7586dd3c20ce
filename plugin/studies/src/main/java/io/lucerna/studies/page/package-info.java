/**
 * Pages that stand alone: no other file, no network.
 *
 * <p>An {@link io.lucerna.studies.page.HtmlPage} has a title, a style, a body, data and a script,
 * which its content security policy names by hash.
 *
 * <p>For example, {@code report.html} of a study is one: it opens offline, on its own.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Put a text into a page without escaping it.
 *   <li>Refer to anything outside of the file.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.studies.page;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
