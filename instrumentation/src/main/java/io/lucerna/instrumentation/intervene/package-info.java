/** Interventions as data: read, printed, hashed, and compiled to the hooks of a call. */
@NullMarked
package io.lucerna.instrumentation.intervene;

import org.jspecify.annotations.NullMarked;
