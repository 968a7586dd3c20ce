/**
 * Pages that stand alone: no other file, no network.
 *
 * <p>An {@link io.lucerna.studies.page.HtmlPage} has a title, a style, a body, data and a script,
 * which its content security policy names by hash.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Put a text into a page without escaping it.
 *   <li>Refer to anything outside of the file.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.page;

import org.jspecify.annotations.NullMarked;
