/**
 * Activations on disk: written as a stream, read back by pair, point and position.
 *
 * <p>A {@link io.lucerna.instrumentation.recording.RecordingWriter} writes a folder of safetensors
 * files with an index; a {@link io.lucerna.instrumentation.recording.Recording} reads it.
 *
 * {@snippet lang=java :
 *   Slice slice = recording.get(id, side, point); // [positions, ...]
 *   int[] positions = slice.positions();
 * }
 *
 * <p>An activation is on disk before its line of the index, so after a crash the index alone says
 * what is complete, and a recording can be resumed.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Note a time or a path: the same command must give the same bytes.
 *   <li>Store padding, or an average in place of the values.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.recording;

import org.jspecify.annotations.NullMarked;
