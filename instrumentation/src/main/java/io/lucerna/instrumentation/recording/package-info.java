/** Activations on disk: written as a stream, read back by pair, point and position. */
@NullMarked
package io.lucerna.instrumentation.recording;

import org.jspecify.annotations.NullMarked;
