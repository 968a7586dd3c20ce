/** Model folders fetched from a Hugging Face hub into its cache layout. */
@NullMarked
package io.lucerna.instrumentation.hub;

import org.jspecify.annotations.NullMarked;
