/** Configurations, tokenization and forward passes of the model families. */
@NullMarked
package io.lucerna.instrumentation.model;

import org.jspecify.annotations.NullMarked;
