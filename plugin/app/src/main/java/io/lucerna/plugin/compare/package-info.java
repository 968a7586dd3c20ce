/** Runs beside each other. */
@NullMarked
package io.lucerna.plugin.compare;

import org.jspecify.annotations.NullMarked;
