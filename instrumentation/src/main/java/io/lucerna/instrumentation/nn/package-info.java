/** The parts of a forward pass: a pass, its kernels, attention, blocks, norms and heads. */
@NullMarked
package io.lucerna.instrumentation.nn;

import org.jspecify.annotations.NullMarked;
