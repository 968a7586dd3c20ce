/** Activations of many pairs of query and passage, recorded. */
@NullMarked
package io.lucerna.studies.record;

import org.jspecify.annotations.NullMarked;
