/** Going on from the middle of a forward pass. */
@NullMarked
package io.lucerna.instrumentation.replay;

import org.jspecify.annotations.NullMarked;
