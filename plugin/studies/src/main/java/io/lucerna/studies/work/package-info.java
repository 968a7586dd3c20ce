/** What all studies stand on: a journal of finished items, and what decides their outcomes. */
@NullMarked
package io.lucerna.studies.work;

import org.jspecify.annotations.NullMarked;
