/** Activation patching over all cells of a pair: what is patched, and what it does to the score. */
@NullMarked
package io.lucerna.instrumentation.sweep;

import org.jspecify.annotations.NullMarked;
