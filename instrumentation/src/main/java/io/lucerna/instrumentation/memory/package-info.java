/**
 * Native memory that is freed only when nobody computes with it.
 *
 * <p>A {@link io.lucerna.instrumentation.memory.Gate} lets calls in until it is closed, and frees
 * when the last one has left; {@link io.lucerna.instrumentation.memory.Headroom} refuses work for
 * which Java's memory no longer suffices, before native code would end the process.
 *
 * <p>{@link io.lucerna.instrumentation.memory.NativeSettings} tells malloc to keep what a batch
 * gives back, for the next one.
 *
 * <p>For example, {@code gate.call("the model", () -> forward(batch))} throws if the gate is
 * closed, and keeps it from freeing meanwhile.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Free an array that another thread may be reading: that does not throw, it ends the process.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.instrumentation.memory;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
