/** Comparison with reference activations and gradients. */
@NullMarked
package io.lucerna.instrumentation.parity;

import org.jspecify.annotations.NullMarked;
