/** Where it all meets: the Anserini adapter and the command line. */
@NullMarked
package io.lucerna.plugin;

import org.jspecify.annotations.NullMarked;
