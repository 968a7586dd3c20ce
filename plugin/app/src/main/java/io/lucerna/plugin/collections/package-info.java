/** Collections by name: where their files are, how they are indexed, how their text is cleaned. */
@NullMarked
package io.lucerna.plugin.collections;

import org.jspecify.annotations.NullMarked;
