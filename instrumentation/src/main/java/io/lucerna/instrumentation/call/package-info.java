/**
 * How a call ends before its work is done: after some time, because somebody cancels it, or because
 * its thread is interrupted.
 *
 * <p>For example, {@code Limit.of(Duration.ofSeconds(2)).call(() -> ranker.score(query, passages))}
 * throws a {@link io.lucerna.instrumentation.call.CallCancelledException} if two seconds were not
 * enough.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Stop in the middle of a batch: native code cannot be, and what it reads must not be freed.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.call;

import org.jspecify.annotations.NullMarked;
