/**
 * Activations of many pairs of query and passage, recorded.
 *
 * <p>A {@link io.lucerna.studies.record.RecordPlan} reads all pairs once, so that size, duplicate
 * ids and missing positions are known beforehand; a {@link io.lucerna.studies.record.RecordJob}
 * then sends them through a ranker into a {@code RecordingWriter}. The command is {@code record}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Put pairs into other batches than scoring does: a recorded score must equal that of {@code
 *       score} to the bit.
 * </ul>
 */
@NullMarked
package io.lucerna.studies.record;

import org.jspecify.annotations.NullMarked;
