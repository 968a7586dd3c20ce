/** Runs, effectiveness measures, and the comparison of runs with significance. */
@NullMarked
package io.lucerna.eval;

import org.jspecify.annotations.NullMarked;
