/** The examples of the documentation. */
@NullMarked
package io.lucerna.studies.examples;

import org.jspecify.annotations.NullMarked;
