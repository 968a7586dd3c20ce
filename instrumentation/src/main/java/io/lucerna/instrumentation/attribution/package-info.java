/**
 * What the tokens of a text do for a model's output, as attention shows it. It estimates: {@link
 * io.lucerna.instrumentation.model.LinearPass} divides exactly.
 */
@NullMarked
package io.lucerna.instrumentation.attribution;

import org.jspecify.annotations.NullMarked;
