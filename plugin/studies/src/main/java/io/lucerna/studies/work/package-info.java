/**
 * What all studies stand on: a journal of finished items, and what decides their outcomes.
 *
 * <p>A {@link io.lucerna.studies.work.Journal} has one line for each finished item, on disk before
 * the next item begins. Its first line holds {@link io.lucerna.studies.work.JournalSettings},
 * everything that decides the outcomes, by content and not by path. An {@link
 * io.lucerna.studies.work.ItemCodec} says how an outcome is written.
 *
 * <p>For example, {@code Journal.open(lock, settings, codec)} opens a new journal, or the existing
 * one if it was made with the same settings.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Resume a journal that anything else decided: another model, other inputs, another seed.
 *   <li>Note a time: two runs must give the same bytes.
 *   <li>Write without the folder's lock.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.studies.work;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
