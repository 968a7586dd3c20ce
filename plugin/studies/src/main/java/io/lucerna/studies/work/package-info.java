/**
 * What all studies stand on: a journal of finished items, and what decides their outcomes.
 *
 * <p>A {@link io.lucerna.studies.work.Journal} has one line for each finished item, on disk before
 * the next item begins. Its first line holds {@link io.lucerna.studies.work.JournalSettings},
 * everything that decides the outcomes, by content and not by path, and the version of what an
 * {@link io.lucerna.studies.work.ItemCodec} writes.
 *
 * <p>{@link io.lucerna.studies.work.ItemWork} is the seam for more than one process: a list of
 * items with stable ids, what does one of them, and the codec of what comes out. A {@link
 * io.lucerna.studies.work.Shard} is a process's part of that list; an {@link
 * io.lucerna.studies.work.Encoded} outcome is what one process sends to the one that writes the
 * journal. Tables are made from a journal that has all items, whoever did them.
 *
 * <p>For example, {@code JournalReader.open(folder, codec)} reads the outcomes of a study, even
 * while it is at work.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Resume a journal that anything else decided: another model, other inputs, another seed.
 *   <li>Note a time: two runs must give the same bytes.
 *   <li>Write without the folder's lock.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.work;

import org.jspecify.annotations.NullMarked;
