/**
 * Interventions as data: read, printed, hashed, and compiled to the hooks of a call.
 *
 * <p>An {@link io.lucerna.instrumentation.intervene.InterventionSpec} is a list of interventions,
 * each an {@link io.lucerna.instrumentation.intervene.Operation} on a {@link
 * io.lucerna.instrumentation.intervene.Target}. Compiled for a ranker it becomes a {@link
 * io.lucerna.instrumentation.intervene.CompiledSpec}, which gives hooks and counts what they did.
 *
 * {@snippet lang=java :
 *   InterventionSpec spec = InterventionSpec.parse("zero blocks.0.attn.hook_z head=0 at=match");
 *   CompiledSpec compiled =
 *       spec.compile(
 *           ranker.reading().points(), ranker.reading().sides(), SpecSources.withoutRecordings());
 *   float[] scores = ranker.score(query, passages, compiled.hooks()).scores();
 *   compiled.check();
 * }
 *
 * <p>A spec prints as one line that reads back as the same spec; the hash of that line names it.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Forget {@code check()}: it fails if an intervention was never reached or found none of its
 *       positions.
 *   <li>Let chance depend on anything but seed, text, point, position, head and unit: a batch or a
 *       thread must not change a score.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.intervene;

import org.jspecify.annotations.NullMarked;
