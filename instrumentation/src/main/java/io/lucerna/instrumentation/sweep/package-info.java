/**
 * Activation patching over all cells of a pair: what is replaced, and what that does to the score.
 *
 * <p>A {@link io.lucerna.instrumentation.sweep.Sweep} names the cells, a {@link
 * io.lucerna.instrumentation.sweep.PatchingSweep} computes the score of the recipient under each of
 * them, and a {@link io.lucerna.instrumentation.sweep.SweepResult} has all of these scores, nothing
 * averaged (MechIR, Parry et al. 2025; Meng et al. 2022).
 *
 * {@snippet lang=java :
 *   PatchingSweep heads =
 *       new PatchingSweep(
 *           model, Side.PAIR, Sweep.of(SweepKind.HEAD), PatchingSweep.Method.FAST, 8, 0);
 *   SweepResult result = heads.run(pair, Direction.DENOISE, output -> output[0]);
 *   float[] effects = result.patched(); // [layer x head]
 * }
 *
 * <p>A new kind of sweep is a {@code CellKind}, with its axes and what each cell replaces, and its
 * line in {@link io.lucerna.instrumentation.sweep.SweepKind}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Trust a fast sweep that was not compared with {@code PlainSweep}, one hooked pass for each
 *       cell: that is what a cell means.
 *   <li>Sweep inputs of different lengths; align them first.
 *   <li>Average before keeping: the score of every cell is returned.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.sweep;

import org.jspecify.annotations.NullMarked;
