/** A model that can be looked into and changed while it runs. */
@NullMarked
package io.lucerna.instrumentation.model;

import org.jspecify.annotations.NullMarked;
