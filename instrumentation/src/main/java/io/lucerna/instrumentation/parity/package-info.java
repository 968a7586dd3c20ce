/**
 * The comparison of a model with reference activations, point by point.
 *
 * <p>{@link io.lucerna.instrumentation.parity.Parity} runs the token ids of a reference through a
 * model and gives the worst {@code Difference} at each point, with its bound. References are made
 * by {@code reference.py} with Hugging Face transformers.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Widen a bound to make a model pass. If fp32 differs and fp64 does not, it was rounding;
 *       otherwise it is a bug.
 *   <li>Compare padding.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.parity;

import org.jspecify.annotations.NullMarked;
