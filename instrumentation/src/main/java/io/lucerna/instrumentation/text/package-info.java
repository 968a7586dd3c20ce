/** Tokens of a text with their roles, batches of them, and the alignment of two texts. */
@NullMarked
package io.lucerna.instrumentation.text;

import org.jspecify.annotations.NullMarked;
