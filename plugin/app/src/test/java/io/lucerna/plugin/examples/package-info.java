/** Examples that the README shows. They are compiled and run. */
@NullMarked
package io.lucerna.plugin.examples;

import org.jspecify.annotations.NullMarked;
