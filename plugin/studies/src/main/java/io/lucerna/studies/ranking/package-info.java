/**
 * Studies of what interventions do to a ranking: the same candidates reranked under many
 * conditions, measured, and compared with the unchanged model.
 *
 * <p>{@link io.lucerna.studies.ranking.Studies} gives numbers; {@link
 * io.lucerna.studies.ranking.StudyFolder} writes files. In both, a {@link
 * io.lucerna.studies.ranking.Study} goes through its work items, one for each topic; {@link
 * io.lucerna.studies.ranking.Conditions} reads what is to be done to the model; {@link
 * io.lucerna.studies.ranking.StudyProgress} reads a study that is not finished. The command is
 * {@code study}; {@code docs/studies.md} describes conditions, statistics and files.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Let an item read another item's state: each must be able to run anywhere.
 *   <li>Report a change without the correction for the number of conditions.
 *   <li>Call a large p-value evidence of no effect.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.ranking;

import org.jspecify.annotations.NullMarked;
