/**
 * The parts of a forward pass: a pass, its kernels, attention, MLPs, norms, blocks and heads.
 *
 * <p>A {@link io.lucerna.instrumentation.nn.Block} is a layer, written as four tails of one
 * computation, so that a pass can enter it at its input, at z, at the attention's output or at the
 * MLP's. {@link io.lucerna.instrumentation.nn.PostNormBlock} is BERT's kind, {@link
 * io.lucerna.instrumentation.nn.PreNormBlock} that of the decoders. {@link
 * io.lucerna.instrumentation.nn.Pass} is one pass of one batch: it runs hooks, has the kernels, and
 * knows which array may be freed or overwritten. {@link io.lucerna.instrumentation.nn.Workers}
 * shares batches among the cores.
 *
 * <p>Read {@code PostNormBlock} first: each line of it is a step of the paper, with the shape of
 * its result. B is the batch, S the longest text, N the heads, D the width of a head, H the
 * residual width, M the width of the MLP.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Free an array or change one in place in a block, except through {@code Pass}: in a pass for
 *       gradients it is still needed.
 *   <li>Call a method of a weight with an activation as argument: the result would belong to the
 *       weights and never be freed.
 *   <li>Use a kernel for which {@link io.lucerna.instrumentation.nn.Kernels} has no differentiable
 *       form.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.instrumentation.nn;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
