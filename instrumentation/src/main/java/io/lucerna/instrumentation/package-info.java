/** A transformer that can be looked into and changed while it computes. */
@NullMarked
package io.lucerna.instrumentation;

import org.jspecify.annotations.NullMarked;
