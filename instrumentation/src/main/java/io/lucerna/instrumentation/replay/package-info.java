/**
 * Resuming a pass from the middle: what is below a change is not computed again.
 *
 * <p>An {@link io.lucerna.instrumentation.replay.Entry} is a place where a pass can be entered,
 * {@link io.lucerna.instrumentation.replay.Trace} keeps what a text's pass computed and resumes it
 * under many changes, {@link io.lucerna.instrumentation.replay.Conditions} runs a batch once for
 * all conditions, each from its own entry, and {@link io.lucerna.instrumentation.replay.Kept} keeps
 * whole batches for conditions that are not known yet.
 *
 * <p>For example, {@code Conditions.forwardAll(model, batches, conditions)} returns, for each batch
 * and condition, what {@code model.forward} would return, bit for bit.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Enter a block at a place where it says that it cannot be entered.
 *   <li>Write another way to continue a pass; sweeps, studies and whatever comes use this one.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.instrumentation.replay;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
