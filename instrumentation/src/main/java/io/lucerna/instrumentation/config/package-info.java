/**
 * What a model is: its sizes, and what its output is made of and means.
 *
 * <p>{@link io.lucerna.instrumentation.config.ModelConfig} has the sizes; a {@link
 * io.lucerna.instrumentation.config.Task} says what comes out, and {@link
 * io.lucerna.instrumentation.config.Pooling} how a vector is made of hidden states.
 */
@NullMarked
package io.lucerna.instrumentation.config;

import org.jspecify.annotations.NullMarked;
