/** One file for each model family: its configuration, its weights, and how its parts fit. */
@NullMarked
package io.lucerna.instrumentation.family;

import org.jspecify.annotations.NullMarked;
