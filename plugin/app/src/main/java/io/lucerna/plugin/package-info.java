/** Where it all meets: the command line. */
@NullMarked
package io.lucerna.plugin;

import org.jspecify.annotations.NullMarked;
