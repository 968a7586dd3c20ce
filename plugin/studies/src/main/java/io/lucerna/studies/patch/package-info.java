/**
 * Patching studies: every pair through a sweep, its outcome into a journal, and from the journal
 * the tables, aggregates, pictures and the page that a reader sees.
 */
@NullMarked
package io.lucerna.studies.patch;

import org.jspecify.annotations.NullMarked;
