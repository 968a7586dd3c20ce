/** Native memory that is freed only when nobody computes with it. */
@NullMarked
package io.lucerna.instrumentation.memory;

import org.jspecify.annotations.NullMarked;
