/**
 * A transformer that can be looked into and changed while it computes. This page explains the
 * design; the packages below it have the details.
 *
 * <h2>From a folder to a number</h2>
 *
 * <p>A model is a folder in Hugging Face's layout. {@link io.lucerna.instrumentation.checkpoint}
 * opens its weights as named fp32 tensors, whatever file they are in. {@link
 * io.lucerna.instrumentation.family} has one file for each model family: what it reads of {@code
 * config.json}, which tensor goes where, and what a model may not have. It builds a network from
 * the parts in {@link io.lucerna.instrumentation.nn}: embeddings, blocks, a head. {@link
 * io.lucerna.instrumentation.model.HookedModel} runs it. Its input is a {@link
 * io.lucerna.instrumentation.text.TokenBatch}: token ids of some texts, padded on the right, with
 * what each token is. Its output is a row of floats for each text; no native memory leaves a call.
 *
 * <h2>Hook points</h2>
 *
 * <p>Every activation has a name, that of TransformerLens where it has one: {@code
 * blocks.3.attn.hook_z} is a {@link io.lucerna.instrumentation.hooks.HookPoint}, made of a {@link
 * io.lucerna.instrumentation.hooks.Stack} of blocks (T5 has two), a layer, and a {@link
 * io.lucerna.instrumentation.hooks.Site}. At each of them the forward pass asks whether somebody is
 * listening. An {@link io.lucerna.instrumentation.hooks.Hook.Observer} gets a copy and cannot
 * change anything. In shapes, B is the batch, S the longest text, N the heads:
 *
 * {@snippet lang=java :
 *   Map<HookPoint, float[]> sharpness = new LinkedHashMap<>();
 *   Hook.Observer look =
 *       (context, pattern) -> { // [B, N, S, S]
 *         NDArray largest = pattern.max(new int[] {3}).mean(new int[] {2}); // [B, N]
 *         sharpness.put(context.point(), largest.toFloatArray());
 *       };
 *   model.forward(batch, Hooks.none().with("blocks.*.attn.hook_pattern", look));
 * }
 *
 * <p>An {@link io.lucerna.instrumentation.hooks.Hook.Intervention} returns the tensor with which
 * the pass continues. Here every position of one layer's z becomes the mean over positions, so that
 * the layer no longer knows where anything is:
 *
 * {@snippet lang=java :
 *   Hook.Intervention flatten =
 *       (context, z) -> z.mean(new int[] {1}, true).broadcast(z.getShape()); // [B, S, N, D]
 *   return model.forward(batch, Hooks.none().with("blocks.0.attn.hook_z", flatten));
 * }
 *
 * <p>{@link io.lucerna.instrumentation.hooks.Hooks} are immutable and an argument of the call. They
 * never belong to the model, so there is nothing to reset, and two threads can use one model with
 * different hooks. A name that matches no point is an error before anything is computed; a point
 * that was not reached is an error afterwards. Nothing is ignored silently.
 *
 * <h2>One forward pass</h2>
 *
 * <p>There is one forward pass per family, with and without hooks, so observing changes no bit. A
 * {@link io.lucerna.instrumentation.nn.Block} is written as four tails of one computation: {@code
 * forward} ends in {@code fromZ}, which ends in {@code fromAttnOut}, which ends in the part after
 * the MLP. Whoever knows z already enters at {@code fromZ}. {@link
 * io.lucerna.instrumentation.nn.Pass} does the bookkeeping of a call: it runs the hooks, knows
 * which kernels are in use, and decides when an array is freed or overwritten. In a pass for
 * gradients the same block runs with kernels that have derivatives, nothing is done in place, and
 * nothing is freed that the way back needs. So a block reads like its paper, and its code does not
 * say which kind of pass it is in.
 *
 * <p>Native memory is managed by scopes. A result belongs to the scope of the array whose method
 * made it; {@code weight.matMul(x)} would therefore belong to the weights and never be freed.
 * Inputs are attached to the batch's scope first, each layer has a scope of its own, and a test
 * counts the arrays that are alive after many batches.
 *
 * <h2>Continuing from the middle</h2>
 *
 * <p>Most experiments ask what happens if one thing is changed, many times over. {@link
 * io.lucerna.instrumentation.replay} keeps what one pass computed and continues from there, so that
 * nothing below a change is computed again. {@link io.lucerna.instrumentation.sweep} uses it for
 * activation patching: two inputs of equal length, and for every cell the score of one under an
 * activation of the other:
 *
 * {@snippet lang=java :
 *   PatchingSweep heads =
 *       new PatchingSweep(
 *           model, Side.PAIR, Sweep.of(SweepKind.HEAD), PatchingSweep.Method.FAST, 8, 0);
 *   SweepResult result = heads.run(pair, Direction.DENOISE, output -> output[0]);
 *   float[] effects = result.patched(); // [layer x head]
 *   for (int cell = 0; cell < effects.length; cell++) {
 *     effects[cell] = (effects[cell] - result.recipient()) / (result.donor() - result.recipient());
 *   }
 * }
 *
 * <p>{@code Method.PLAIN} computes the same cells with one hooked pass each. It is what a cell
 * means; the tests hold the fast way to it.
 *
 * <h2>What is built on hooks</h2>
 *
 * <p>{@link io.lucerna.instrumentation.intervene} has interventions as data: one line such as
 * {@code zero blocks.3.attn.hook_z head=7 at=match}, compiled to hooks, with a hash. {@link
 * io.lucerna.instrumentation.recording} streams activations to disk and reads them back. {@link
 * io.lucerna.instrumentation.parity} compares every point with what Hugging Face computes.
 *
 * <h2>Never</h2>
 *
 * <ul>
 *   <li>Never keep an array that a hook was given: it is freed when the hook returns. Copy numbers
 *       out, or let {@link io.lucerna.instrumentation.recording.InputActivations} do it; an
 *       observer may attach the array to a manager of its own.
 *   <li>Never write a second, faster pass without hooks. What it computes would not be what the
 *       hooks see.
 *   <li>Never call a method of a weight with an activation as the argument.
 *   <li>Never count positions across texts: rows are padded, and {@code context.batch()} says how
 *       long each text is and what each token is.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation;

import org.jspecify.annotations.NullMarked;
